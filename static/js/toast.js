/**
 * Takes a toast away when its time is over. The bar runs in CSS; who asked for no motion reads the seconds instead.
 * The time stands still while the toast is touched or has the focus, so that nobody loses the undo on the way to it.
 */

/** @param {HTMLElement} toast */
function leave(toast) {
  toast.classList.add("toast-leaving");
  setTimeout(() => {
    if (toast.contains(document.activeElement)) document.getElementById("main")?.focus({ preventScroll: true });
    toast.remove();
  }, 160);
}

/** @param {HTMLElement} toast */
function count(toast) {
  if (toast.dataset.counting) return;
  toast.dataset.counting = "yes";
  let rest = Number(toast.dataset.toast) || 10;
  const seconds = toast.querySelector("[data-seconds]");
  const tick = () => {
    if (!toast.isConnected) return clearInterval(timer);
    if (seconds) seconds.textContent = String(rest);
    if (toast.matches(":focus-within")) return;
    rest -= 1;
    if (rest < 0) {
      clearInterval(timer);
      leave(toast);
    }
  };
  const timer = setInterval(tick, 1000);
  tick();
}

/** @param {ParentNode} part */
function countAll(part) {
  for (const toast of part.querySelectorAll("[data-toast]")) count(/** @type {HTMLElement} */ (toast));
}

countAll(document);
for (const place of document.querySelectorAll(".toasts")) {
  new MutationObserver(() => countAll(place)).observe(place, { childList: true });
}
