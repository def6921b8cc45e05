/* What the console's search does when JavaScript is there: the slash key comes to the box, the arrow keys go through
   what was found. Without it, Tab and Enter do. */

(() => {
  "use strict";

  const box = () => document.querySelector("[data-search]");
  const hits = () => [...document.querySelectorAll("[data-hit]")];
  const writes = (element) => element?.matches("input, textarea, select, [contenteditable]");

  function step(by) {
    const all = hits();
    if (!all.length) return false;
    const at = all.indexOf(document.activeElement);
    if (at + by < 0) return box()?.focus() ?? true;
    all[Math.min(at + by, all.length - 1)].focus();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const focused = document.activeElement;
    if (event.key === "/" && !writes(focused)) {
      event.preventDefault();
      box()?.focus();
      box()?.select();
    } else if (event.key === "/" && focused === box() && !focused.value) {
      event.preventDefault(); // the hand is quicker than the eye: the box was waiting already
    } else if (event.key === "Escape" && focused === box()) {
      box().blur();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const ours = focused === box() || focused?.matches("[data-hit]") || focused === document.body || focused?.matches("main");
      if (ours && hits().length) {
        event.preventDefault();
        step(event.key === "ArrowDown" ? 1 : -1);
      }
    }
  });

  /* Where the search is all there is, one can write at once. */
  if (document.querySelector('main[data-page="staff/home"]')) box()?.focus();
})();
