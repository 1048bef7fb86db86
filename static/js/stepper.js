/**
 * Times with minus and plus. Without script the field is a plain time field; here it becomes figures in the
 * 24-hour clock whatever the browser's own language is: "730", "7.30" and "7" are all understood.
 */

const DAY = 24 * 60;

/**
 * Minutes after midnight, or null when it is no time.
 * @param {string} text
 */
function minutes(text) {
  const found = /^\s*(\d{1,2})(?:[:.,\s]?(\d{2}))?\s*$/.exec(text);
  if (!found) return null;
  const [hour, minute] = [Number(found[1]), Number(found[2] ?? 0)];
  return hour < 24 && minute < 60 ? hour * 60 + minute : null;
}

/** @param {number} time */
function written(time) {
  return `${String(Math.floor(time / 60)).padStart(2, "0")}:${String(time % 60).padStart(2, "0")}`;
}

/**
 * The next time on the grid of the step: 07:40 with a quarter goes to 07:45, or back to 07:30.
 * @param {number} time
 * @param {number} step
 * @param {number} direction
 */
function stepped(time, step, direction) {
  const next = direction > 0 ? Math.floor(time / step) * step + step : Math.ceil(time / step) * step - step;
  return Math.min(Math.max(next, 0), DAY - step);
}

/** @param {ParentNode} part */
function upgrade(part) {
  for (const field of part.querySelectorAll(".stepper input[type=time]")) {
    const input = /** @type {HTMLInputElement} */ (field);
    const value = input.value;
    input.type = "text";
    input.value = value.slice(0, 5);
    input.inputMode = "numeric";
    input.autocomplete = "off";
  }
}

/**
 * @param {HTMLInputElement} input
 * @param {number} step
 * @param {number} direction
 */
function move(input, step, direction) {
  input.value = written(stepped(minutes(input.value) ?? 8 * 60, step, direction));
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** @param {EventTarget | null} target */
function stepperOf(target) {
  const stepper = target instanceof Element ? target.closest("[data-stepper]") : null;
  const input = stepper?.querySelector("input");
  return stepper instanceof HTMLElement && input ? { input, step: Number(stepper.dataset.stepper) || 15 } : null;
}

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-by]");
  const found = stepperOf(button);
  if (!(button instanceof HTMLElement) || !found || found.input.disabled) return;
  move(found.input, found.step, Number(button.dataset.by));
  const spoken = document.getElementById("announce");
  if (spoken) spoken.textContent = found.input.value;
});

document.addEventListener("keydown", (event) => {
  const found = event.target instanceof HTMLInputElement ? stepperOf(event.target) : null;
  if (!found || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  move(found.input, found.step, event.key === "ArrowUp" ? 1 : -1);
});

document.addEventListener("focusout", (event) => {
  const found = event.target instanceof HTMLInputElement ? stepperOf(event.target) : null;
  const time = found && minutes(found.input.value);
  if (found && time !== null && found.input.value !== written(time)) {
    found.input.value = written(time);
    found.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

upgrade(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof Element) upgrade(event.target);
});
