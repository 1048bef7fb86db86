/**
 * What is typed in the last seconds before somebody leaves a page is kept, too: the draft is otherwise saved when the
 * hand has rested a little (templates/messaging/threads/draft.html).
 */

/** @type {Set<HTMLFormElement>} what has been typed in since it was saved or sent */
const unsaved = new Set();

document.addEventListener("input", ({ target }) => {
  const form = target instanceof Element ? target.closest("form") : null;
  if (form?.querySelector(".draft-state")) unsaved.add(form);
});
document.addEventListener("submit", ({ target }) => {
  unsaved.delete(/** @type {HTMLFormElement} */ (target));
});
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  const form = target instanceof Element && target.matches(".draft-state") ? target.closest("form") : null;
  if (form) unsaved.delete(form);
});
window.addEventListener("pagehide", () => {
  for (const form of unsaved) {
    const address = form.querySelector(".draft-state")?.getAttribute("hx-post");
    const typed = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    const fields = new URLSearchParams(/** @type {[string, string][]} */ (typed));
    if (address && form.isConnected) navigator.sendBeacon(address, fields);
  }
  unsaved.clear();
});
