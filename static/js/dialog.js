/**
 * Opens dialogs and gives the focus back to what opened them.
 *
 * `data-dialog="id"` on a button or link opens that <dialog>; `data-close` inside closes it; a press beside it closes it
 * too. A dialog that htmx fetched into #dialogs carries `data-open`: it opens by itself and is taken away when closed.
 * No imports or exports: the served bundle joins these files (portal/views/assets.py).
 */

/** @type {WeakMap<HTMLDialogElement, HTMLElement>} */
const openers = new WeakMap();

/**
 * @param {HTMLDialogElement} dialog
 * @param {Element | null} opener
 */
function show(dialog, opener) {
  if (dialog.open) return;
  if (opener instanceof HTMLElement) openers.set(dialog, opener);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const opener = target.closest("[data-dialog]");
  if (opener instanceof HTMLElement) {
    const dialog = document.getElementById(opener.dataset.dialog ?? "");
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      show(dialog, opener);
    }
    return;
  }
  const dialog = target.closest("dialog");
  if (!dialog?.open) return;
  if (target.closest("[data-close]") || (target === dialog && dialog.id !== "session-warning" && isBeside(dialog, event))) {
    dialog.close();
  }
});

/**
 * A press on the backdrop reaches the dialog itself, outside its box. Enter in a field gives 0, 0: not a press.
 * @param {HTMLDialogElement} dialog
 * @param {MouseEvent} event
 */
function isBeside(dialog, event) {
  if (!event.clientX && !event.clientY) return false;
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

document.addEventListener(
  "close",
  (event) => {
    const dialog = event.target;
    if (!(dialog instanceof HTMLDialogElement)) return;
    const opener = openers.get(dialog);
    // What opened it may have been swapped meanwhile: the one with the same id stands for it.
    const back = opener?.isConnected ? opener : opener?.id ? document.getElementById(opener.id) : null;
    (back ?? document.getElementById("main"))?.focus({ preventScroll: true });
    if (dialog.hasAttribute("data-open")) dialog.remove();
  },
  true,
);

document.addEventListener("htmx:load", (event) => {
  const part = event.target;
  if (!(part instanceof Element)) return;
  const fetched = part.matches("dialog[data-open]") ? part : part.querySelector("dialog[data-open]");
  if (fetched instanceof HTMLDialogElement) show(fetched, document.activeElement);
  const wrong = part.querySelector("[data-focus]");
  if (wrong instanceof HTMLElement) wrong.focus();
});

/** After a refused form the reader lands on what was wrong: the summary, or the first faulty field. */
const wrong = document.querySelector("main [data-focus], main [aria-invalid='true']");
if (wrong instanceof HTMLElement) wrong.focus();
