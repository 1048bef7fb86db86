/**
 * The figures of the PIN dialog. They react when the finger comes down, since a wet thumb slides before it lifts.
 */

document.addEventListener("pointerdown", (event) => {
  const key = /** @type {Element} */ (event.target).closest(".pin-key");
  if (key instanceof HTMLElement) {
    press(key);
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const key = /** @type {Element} */ (event.target).closest(".pin-key");
  // Keyboard and screen reader send a click without a finger before it.
  if (key instanceof HTMLElement && event.detail === 0) press(key);
});

/** @param {HTMLElement} key */
function press(key) {
  const input = key.closest("[data-pin]")?.querySelector("input[name=pin]");
  if (!(input instanceof HTMLInputElement)) return;
  const figure = key.dataset.key ?? "";
  if (figure === "back") input.value = input.value.slice(0, -1);
  else if (figure === "clear") input.value = "";
  else if (input.value.length < input.maxLength) input.value += figure;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
