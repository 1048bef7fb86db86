/** The list of those to ring is worth having on paper: its button needs this script and is not there without. */

for (const button of document.querySelectorAll("[data-print]")) {
  if (button instanceof HTMLElement) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
