/**
 * What was typed or chosen while the scripts were still on their way is told to them when they are all there, as if it
 * happened now. A field that the browser has filled in again, when a page is opened anew, is told in the same way.
 */

/**
 * @param {Element} field
 * @returns {boolean} whether it holds something else than the page came with
 */
function isTouched(field) {
  if (field instanceof HTMLSelectElement) {
    const options = [...field.options];
    const isMarked = options.some((option) => option.defaultSelected);
    return isMarked ? options.some((option) => option.selected !== option.defaultSelected) : field.selectedIndex > 0;
  }
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (!(field instanceof HTMLInputElement)) return false;
  if (field.type === "radio") return field.checked && !field.defaultChecked;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.type === "file" ? Boolean(field.files?.length) : field.value !== field.defaultValue;
}

/** @param {Element} field */
function tell(field) {
  // A choice counts for more than what another script makes of what was typed.
  if (field instanceof HTMLInputElement && field.type === "radio") field.checked = true;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
}

document.addEventListener("DOMContentLoaded", () => {
  const touched = [...document.querySelectorAll("input, select, textarea")].filter(isTouched);
  const isRadio = (/** @type {Element} */ field) => field.matches("[type=radio]");
  for (const field of [...touched.filter((field) => !isRadio(field)), ...touched.filter(isRadio)]) tell(field);
});
