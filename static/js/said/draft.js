/**
 * What is typed in the last seconds before somebody leaves a page is kept, too: the draft is otherwise saved when the
 * hand has rested a little (templates/messaging/threads/draft.html).
 */

/** @type {Set<HTMLFormElement>} what has been typed in since it was saved or sent */
const unsaved = new Set();

/** @type {WeakMap<HTMLFormElement, string>} what each form held when it was last asked to be saved */
const asked = new WeakMap();

/** @param {HTMLFormElement} form */
function words(form) {
  const typed = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  return new URLSearchParams(/** @type {[string, string][]} */ (typed));
}

document.addEventListener("input", ({ target }) => {
  const form = target instanceof Element ? target.closest("form") : null;
  if (form?.querySelector(".draft-state")) unsaved.add(form);
});
document.addEventListener("submit", ({ target }) => {
  unsaved.delete(/** @type {HTMLFormElement} */ (target));
});
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  const form = target instanceof Element && target.matches(".draft-state") ? target.closest("form") : null;
  if (form) asked.set(form, String(words(form)));
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { target, detail } = /** @type {CustomEvent} */ (event);
  const form = target instanceof Element ? target.closest("form") : null;
  if (!form?.querySelector(".draft-state")) return;
  // By its number: htmx calls no answer that leads to another page a success.
  const isDone = detail.xhr.status >= 200 && detail.xhr.status < 400;
  if (target === form && !isDone) unsaved.add(form); // it was not sent
  const isSaved = target.matches(".draft-state") && asked.get(form) === String(words(form));
  if (isDone && (isSaved || target.matches(".draft-drop"))) unsaved.delete(form);
});
window.addEventListener("pagehide", () => {
  for (const form of unsaved) {
    const address = form.querySelector(".draft-state")?.getAttribute("hx-post");
    if (address && form.isConnected) navigator.sendBeacon(address, words(form));
  }
  unsaved.clear();
});
