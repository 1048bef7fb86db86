/** A page that is worth having on paper has a button for it, which needs this script and is not there without. */

for (const button of document.querySelectorAll("[data-print]")) {
  if (button instanceof HTMLElement) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
