/* What pages do when JavaScript is there: times that stay true, pages that follow AWS, passwords that can be shown, and
   forms that are sent once. Nothing here is needed: without it every page works by reloading. */

(() => {
  "use strict";

  const announcer = document.getElementById("announcer");
  let serverAhead = 0; // milliseconds by which the server's clock is ahead of this one, once it is known

  function announce(text) {
    announcer.textContent = "";
    setTimeout(() => { announcer.textContent = text; }, 50);
  }

  /* Times: "12 seconds ago" goes on counting. */

  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });

  function ago(date) {
    const seconds = Math.max(0, Math.round((Date.now() + serverAhead - date) / 1000));
    const steps = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
    const [unit, size] = steps.find(([, size]) => seconds >= size) ?? ["second", 1];
    return seconds < 2 ? document.body.dataset.now : relative.format(-Math.floor(seconds / size), unit);
  }

  function tickTimes() {
    for (const element of document.querySelectorAll("time[data-ago]")) {
      const text = ago(new Date(element.dateTime));
      if (element.textContent !== text) element.textContent = text;
    }
  }

  /* Following: ask for the same page again, and take its <main> over when it says something new. */

  const page = () => document.querySelector("main");
  const slowest = 60;
  let etag = null;
  let failures = 0;
  let timer = 0;

  function wait() {
    clearTimeout(timer);
    const every = Number(page().dataset.refresh);
    if (every && !document.hidden) timer = setTimeout(look, Math.min(every * 2 ** failures, slowest) * 1000);
  }

  async function look() {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-cache", headers: { Accept: "text/html" } });
      if (answer.redirected) return location.assign(answer.url);
      const date = Date.parse(answer.headers.get("Date"));
      if (date) serverAhead = Math.abs(date - Date.now()) > 2000 ? date - Date.now() : 0;
      if (!etag || answer.headers.get("ETag") !== etag) take(new DOMParser().parseFromString(await answer.text(), "text/html"), answer.status);
      etag = answer.headers.get("ETag");
      failures = 0;
    } catch {
      failures += 1; // offline, or an answer that is not this page: ask again, less often
    }
    wait();
  }

  function take(fresh, status) {
    const main = fresh.querySelector("main");
    if (main?.dataset.page !== page().dataset.page) {
      const passing = !main || (main.dataset.page === "error" && (status === 429 || status >= 500));
      if (passing) throw new Error("not this page, for now");
      return location.reload(); // this address now shows another page: arrive there properly
    }
    const typing = document.activeElement?.matches("main input:not([type=hidden]), main textarea");
    if (typing || sending || wording(main) === wording(page())) return;
    const news = mark(facts(page()), facts(main));
    swap(main);
    if (news.length) announce(news.join(" "));
  }

  /* What a page says, whatever it counts and whichever form tokens it carries. */
  function wording(main) {
    const copy = main.cloneNode(true);
    copy.querySelectorAll("time[data-ago]").forEach((time) => time.replaceChildren(time.dateTime));
    copy.querySelectorAll("[data-key]").forEach((fact) => fact.append(`${fact.dataset.key}=${fact.dataset.value}`));
    return copy.textContent.replace(/\s+/g, " ") + main.dataset.refresh;
  }

  const facts = (main) => new Map([...main.querySelectorAll("[data-key]")].map((fact) => [fact.dataset.key, fact]));

  function mark(before, after) {
    const news = [];
    for (const [key, fact] of after) {
      if (before.get(key)?.dataset.value === fact.dataset.value) continue;
      if (!("quiet" in fact.dataset)) fact.classList.add("changed");
      if (fact.dataset.say) news.push(fact.dataset.say);
    }
    return news;
  }

  /* Replace <main> in place: the reader's focus, open details and scroll position stay where they were. */
  function swap(fresh) {
    const name = (control) => control.id || control.href || control.textContent.trim();
    const old = page();
    const focused = old.contains(document.activeElement) ? name(document.activeElement) : null;
    const scroll = window.scrollY;
    for (const details of old.querySelectorAll("details[id][open]")) {
      fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
    }
    old.replaceWith(document.adoptNode(fresh));
    const again = focused && [...page().querySelectorAll("a[href], button, summary")].find((control) => name(control) === focused);
    if (again) again.focus({ preventScroll: true });
    window.scrollTo({ top: scroll, behavior: "instant" });
    tickTimes();
    dress();
  }

  /* Passwords can be looked at before they are sent. */

  function dress() {
    for (const button of document.querySelectorAll("button[data-reveals]")) button.hidden = false;
    if (navigator.clipboard) for (const button of document.querySelectorAll("button[data-copies]")) button.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-reveals]");
    if (!button) return;
    const input = document.getElementById(button.dataset.reveals);
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    const { show, showName, hide, hideName, shownSay, hiddenSay } = button.dataset;
    button.textContent = shown ? hide : show;
    button.setAttribute("aria-label", shown ? hideName : showName);
    announce(shown ? shownSay : hiddenSay);
  });

  /* What is to be copied, with one press. */

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copies]");
    if (!button) return;
    const input = document.getElementById(button.dataset.copies);
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
      announce(button.dataset.done);
      button.textContent = button.dataset.copied;
    } catch {
      // the browser does not let us: the text is selected, and the person copies it
    }
  });

  /* Forms are sent once. */

  let sending = false;

  function release() {
    sending = false;
    document.querySelectorAll("[aria-disabled=true][type=submit]").forEach((button) => button.removeAttribute("aria-disabled"));
  }

  document.addEventListener("submit", (event) => {
    if ("download" in event.target.dataset) return; // the page stays, and nothing says when the file is there
    if (sending) return event.preventDefault();
    sending = true;
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(release, 15000); // a connection that never answered: let the person try again
  });

  window.addEventListener("pageshow", release); // the back button brings a page back as it was left
  window.addEventListener("beforeunload", () => clearTimeout(timer));
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden && page().dataset.refresh) look();
  });

  /* Where this browser is, so that the next page tells times as they are there. What a person has set is not touched. */
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; secure"] : ["", ""];
  if (zone && !/(^|; )(__Host-)?time_zone=/.test(document.cookie)) {
    document.cookie = `${prefix}time_zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
  }

  dress();
  tickTimes();
  setInterval(tickTimes, 1000);
  document.querySelector(".error-summary")?.focus();
  wait();
})();
