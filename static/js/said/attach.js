// Says which files were chosen for a message: the field that would say it is hidden behind its label.

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || !field.matches("[data-attach]")) return;
  const said = field.parentElement?.querySelector("[data-attach-names]");
  if (said) said.textContent = Array.from(field.files ?? [], (file) => file.name).join(", ");
});
