/**
 * A button that copies what a field holds, for those who cannot easily mark it. Without this script it is not there.
 * `data-copy` names the field by its id, `data-copied` is what is said when it is done.
 */

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.getAttribute("data-copy") ?? "");
  if (!(button instanceof HTMLElement) || !(field instanceof HTMLInputElement) || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select(); // not allowed: the field is marked, so that one's own keys can copy it
      return;
    }
    const said = button.dataset.copied ?? "";
    button.textContent = said;
    const announce = document.getElementById("announce");
    if (announce) announce.textContent = said;
  });
}
