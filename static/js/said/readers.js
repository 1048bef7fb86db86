/** A list of readers that somebody has opened stays open when it is drawn anew, also when that was on its way already. */

let opened = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = /** @type {CustomEvent} */ (event).detail;
  opened = target.querySelector(":scope > details.readers[open]") ? target.id : "";
});

document.addEventListener("htmx:afterSettle", () => {
  document.getElementById(opened)?.querySelector(":scope > details.readers")?.setAttribute("open", "");
});
