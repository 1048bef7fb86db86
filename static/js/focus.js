/**
 * Gives the focus back when htmx has taken away what had it, so that the next Tab and a screen reader go on from there.
 * htmx itself finds a control that has the same id again; otherwise the focus goes to the part that was swapped in.
 */

let swappedAway = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = /** @type {CustomEvent} */ (event).detail;
  swappedAway = target.contains(document.activeElement) ? target.id : "";
});

document.addEventListener("htmx:afterSettle", () => {
  const part = document.activeElement === document.body && document.getElementById(swappedAway);
  if (!part) return;
  part.tabIndex = -1;
  part.focus({ preventScroll: true });
});
