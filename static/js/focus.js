/**
 * Gives the focus back after htmx has taken away what had it, so that the next Tab goes on from the same place and a
 * screen reader stays there: to the same control when it is there again, otherwise to the part that was swapped in.
 */

/** @type {{ part: string, again: string } | undefined} */
let swappedAway;

document.addEventListener("htmx:beforeSwap", (event) => {
  const part = /** @type {CustomEvent} */ (event).detail.target;
  const focused = document.activeElement;
  swappedAway = undefined;
  if (!(part instanceof Element) || !part.id || !focused || !part.contains(focused)) return;
  const [name, value] = [focused.getAttribute("name"), focused.getAttribute("value")];
  const named = name ? `[name="${CSS.escape(name)}"]:not([type="hidden"])` : "";
  swappedAway = { part: part.id, again: named && value ? `${named}[value="${CSS.escape(value)}"]` : named };
});

document.addEventListener("htmx:afterSettle", () => {
  if (!swappedAway || document.activeElement !== document.body) return;
  const part = document.getElementById(swappedAway.part);
  const again = swappedAway.again ? part?.querySelector(swappedAway.again) : null;
  swappedAway = undefined;
  if (again instanceof HTMLElement) return again.focus({ preventScroll: true });
  if (!part) return;
  part.tabIndex = -1;
  part.focus({ preventScroll: true });
});
