/**
 * A day that follows the schedule gets times of its own as soon as one is changed, and the schedule's again when that
 * is chosen. Without this script the server asks which is meant.
 */

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || !field.closest("[data-stepper]")) return;
  const other = field.form?.querySelector("[name=what][value=times]");
  if (other instanceof HTMLInputElement) other.checked = true;
});

document.addEventListener("change", (event) => {
  const chosen = event.target;
  if (!(chosen instanceof HTMLInputElement) || chosen.name !== "what" || chosen.value !== "usual") return;
  for (const field of chosen.form?.querySelectorAll("[data-stepper] input") ?? []) {
    if (field instanceof HTMLInputElement) field.value = field.defaultValue;
  }
});
