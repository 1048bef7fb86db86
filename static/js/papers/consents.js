/**
 * "Samma för alla barn" answers for each child in sight, so that one sees what is sent. Without this script the server
 * does the same with what no child has an answer of its own for.
 */

for (const all of document.querySelectorAll("[data-for-all]")) {
  const section = all.closest("section");
  all.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement) || !section) return;
    for (const one of section.querySelectorAll("input[type=radio]")) {
      if (one instanceof HTMLInputElement && one.value === event.target.value) one.checked = true;
    }
  });
  section?.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement) || all.contains(event.target)) return;
    const chosen = all.querySelector("input:checked");
    if (chosen instanceof HTMLInputElement && chosen.value !== event.target.value) chosen.checked = false;
  });
}
