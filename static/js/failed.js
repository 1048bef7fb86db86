/**
 * Says it when a request of htmx's did not get through: without that the page would look as if it had.
 * The words stand in the page (layouts/inside.html), in the reader's language. A faulty form's page (422) says it itself.
 */

/** @param {string} id */
function say(id) {
  const words = document.getElementById(id);
  const toasts = document.getElementById("toasts");
  if (words instanceof HTMLTemplateElement && toasts) toasts.replaceChildren(words.content.cloneNode(true));
}

for (const fault of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(fault, (event) => {
    // What a page asks by itself is asked again: nothing of what somebody did is lost.
    const { requestConfig } = /** @type {CustomEvent} */ (event).detail;
    if (!requestConfig?.headers["X-Idle"]) say("not-sent");
  });
}
document.addEventListener("htmx:responseError", () => say("not-answered"));
