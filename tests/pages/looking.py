"""What a browser is asked about the page that it shows. Each answers with complaints, in words."""

FACTS = """(language) => {
  const complaints = [], words = [];
  const root = document.documentElement;
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  if (root.lang !== language) words.push(`says that it is in ${root.lang}`);
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) complaints.push(`${headings} h1`);
  const over = root.scrollWidth - root.clientWidth;
  if (over > 0) complaints.push(`${over} px too wide for a desk`);

  /* Sentences in another language, seen by the small words of English. What is quoted as it is, is marked so. */
  const small = "the and is are was were to of you your it its this that for with has have not by be we our from at an";
  const telling = new Set(small.split(" "));
  const silent = "[lang=en], code, pre, kbd, samp, script, style, textarea";
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (language !== "en" && texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (element.closest(silent) || !element.checkVisibility()) continue;
    for (const run of texts.currentNode.textContent.match(/[A-Za-z][A-Za-z0-9 ,.:;’'"()%-]{8,}/g) ?? []) {
      const found = run.toLowerCase().split(/[^a-z]+/).filter((word) => telling.has(word));
      if (found.length > 1) words.push(`still English: ${run.trim().slice(0, 120)}`);
    }
  }

  /* Where Tab has to come: everything that can be pressed or filled in; of several round buttons one. */
  window.stop = (one) => (one.type === "radio" ? `${one.form?.action} ${one.name}` : one);
  const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  window.stops = [...document.querySelectorAll(controls)]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => !one.matches(":disabled") && !one.closest("[aria-hidden=true]"));
  const aside = window.stops.filter((one) => one.tabIndex !== 0);
  complaints.push(...aside.map((one) => `out of the order of Tab: ${one.outerHTML.slice(0, 120)}`));
  const sends = "button:not([type=button]):not(:disabled), input[type=submit]:not(:disabled)";
  const forms = [...document.forms].filter((one) => one.checkVisibility());
  const mute = forms.filter((one) => ![...one.elements].some((each) => each.matches(sends)));
  complaints.push(...mute.map((one) => `a form that no key sends: ${one.outerHTML.slice(0, 120)}`));
  const days = document.querySelectorAll("input[type=date]").length;  // day, month, year, calendar
  return { complaints, words, presses: window.stops.length + 3 * days };
}"""

LISTEN = """() => {
  window.reached = new Set();
  window.unseen = new Set();
  const outlined = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const drawn = (style) => style.stroke !== "none" && parseFloat(style.strokeWidth) >= 2;
  document.addEventListener("focusin", ({ target }) => {
    window.reached.add(window.stop(target));
    const styles = [target, ...(target.labels ?? [])].map((each) => getComputedStyle(each));
    styles.push(getComputedStyle(target, "::after"));  // of a link that is as big as its card
    const lines = [...target.querySelectorAll("svg *"), ...(target.closest("svg") ? target.children : [])];
    const seen = styles.some(outlined) || lines.some((each) => drawn(getComputedStyle(each)));
    if (!seen) window.unseen.add(target);
  });
}"""
FOCUSED_IN_TURN = """() => {
  document.activeElement?.blur();  // the way past the navigation lies over the name of the house while it has the focus
  return [
    ...window.stops
      .filter((one) => !window.reached.has(window.stop(one)))
      .map((one) => `Tab never comes to ${one.outerHTML.slice(0, 120)}`),
    ...[...window.unseen].map((one) => `one cannot see that it has the focus: ${one.outerHTML.slice(0, 120)}`),
  ];
}"""

TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const culprits = [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > root.clientWidth)
    .slice(-3).map((one) => one.outerHTML.slice(0, 160));
  return [`${root.scrollWidth - root.clientWidth} px too wide at 400 %: ${culprits.join(" ")}`];
}"""

MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0);
  return (style.animationName !== "none" && lasts(style.animationDuration)) || lasts(style.transitionDuration);
}).map((one) => `moves for whoever wants no motion: ${one.outerHTML.slice(0, 120)}`)"""

SPACED = """() => {
  /* What a reader may set (WCAG 1.4.12): nothing is cut off, and nothing lies outside the page. */
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const root = document.documentElement;
  const others = ".unseen, [class*=skip], svg, input, select";  // hidden on purpose, or of the browser's making
  const cut = [...document.body.querySelectorAll("*")].filter((one) => {
    const style = getComputedStyle(one);
    const hides = (how) => ["hidden", "clip"].includes(how) && !one.closest(others);
    return (hides(style.overflowX) && one.scrollWidth > one.clientWidth + 1)
      || (hides(style.overflowY) && one.scrollHeight > one.clientHeight + 1);
  }).map((one) => `cuts off text that is spaced: ${one.outerHTML.slice(0, 120)}`);
  const over = root.scrollWidth - root.clientWidth;
  return over > 0 ? [...cut, `${over} px too wide where text is spaced`] : cut;
}"""
