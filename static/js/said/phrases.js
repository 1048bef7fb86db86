/**
 * Set phrases beside a field: search by typing, arrows and Enter, a press. Without this script they are a <select> and
 * a button (templates/messaging/phrase_picker.html). Whether the text is still the phrase is decided by the server, too.
 */

/** @param {string} text */
const plain = (text) => text.trim().replace(/\s+/g, " ");

/**
 * As people type when they search: small letters, without dots and rings.
 * @param {string} text
 */
const searched = (text) => plain(text).toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

/** @param {Element} picker */
const phrases = (picker) => [...picker.querySelectorAll("option")].filter((option) => option.value);

/** @param {Element} picker */
function field(picker) {
  const found = document.getElementById(picker.getAttribute("data-phrases") ?? "");
  return found instanceof HTMLTextAreaElement || found instanceof HTMLInputElement ? found : null;
}

/**
 * Notes whether the field holds a phrase word for word.
 * @param {Element} picker
 */
function note(picker) {
  const text = plain(field(picker)?.value ?? "");
  const held = text ? phrases(picker).find((option) => plain(option.text) === text) : undefined;
  const hidden = picker.querySelector("[data-phrase]");
  const line = picker.querySelector("[data-phrase-held]");
  if (hidden instanceof HTMLInputElement) hidden.value = held?.value ?? "";
  if (line instanceof HTMLElement) line.hidden = !held;
}

/**
 * @param {Element} picker
 * @param {string} key
 */
function pick(picker, key) {
  const chosen = phrases(picker).find((option) => option.value === key);
  const written = field(picker);
  if (!chosen || !written) return;
  note(picker);
  const hidden = picker.querySelector("[data-phrase]");
  const isFree = written.value.trim() && hidden instanceof HTMLInputElement && !hidden.value;
  // What was typed stays: the phrase comes after it.
  written.value = isFree ? `${written.value.trimEnd()}\n\n${chosen.text}` : chosen.text;
  written.dispatchEvent(new Event("input", { bubbles: true }));
  picker.querySelector("details")?.removeAttribute("open");
  written.focus();
  const announce = document.getElementById("announce");
  if (announce) announce.textContent = picker.querySelector("[data-picked]")?.getAttribute("data-picked") ?? "";
}

/**
 * Shows the phrases that have all the words, under the names of their groups.
 * @param {Element} picker
 */
function list(picker) {
  const box = picker.querySelector("[role=listbox]");
  const search = picker.querySelector("[role=combobox]");
  const status = picker.querySelector("[data-phrase-none]");
  if (!box || !(search instanceof HTMLInputElement)) return;
  const words = searched(search.value).split(" ");
  const groups = [...picker.querySelectorAll("optgroup")].map((group) => {
    const shown = document.createElement("div");
    const name = document.createElement("div");
    name.className = "phrases-group";
    name.id = `${box.id}-${group.label}`.replace(/\s+/g, "-");
    name.textContent = group.label;
    shown.setAttribute("role", "group");
    shown.setAttribute("aria-labelledby", name.id);
    const fitting = [...group.querySelectorAll("option")].filter((option) => {
      const text = searched(`${group.label} ${option.text}`);
      return words.every((word) => text.includes(word));
    });
    shown.append(name, ...fitting.map((option) => one(box, option)));
    return fitting.length ? shown : "";
  });
  box.replaceChildren(...groups.filter((group) => group));
  box.scrollTop = 0;
  mark(picker, search.value.trim() ? box.querySelector("[role=option]") : null);
  if (status) status.textContent = box.childElementCount ? "" : status.getAttribute("data-phrase-none");
}

/**
 * @param {Element} box
 * @param {HTMLOptionElement} option
 */
function one(box, option) {
  const row = document.createElement("div");
  row.className = "phrases-one";
  row.id = `${box.id}-${option.value}`;
  row.dataset.key = option.value;
  row.textContent = option.text;
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", "false");
  return row;
}

/**
 * @param {Element} picker
 * @param {Element | null} row
 */
function mark(picker, row) {
  for (const other of picker.querySelectorAll("[role=option]")) other.setAttribute("aria-selected", String(other === row));
  const search = picker.querySelector("[role=combobox]");
  if (row) search?.setAttribute("aria-activedescendant", row.id);
  else search?.removeAttribute("aria-activedescendant");
  row?.scrollIntoView({ block: "nearest" });
}

document.addEventListener(
  "toggle",
  (event) => {
    const details = event.target;
    const picker = details instanceof HTMLDetailsElement ? details.closest("[data-phrases]") : null;
    if (!picker || !(details instanceof HTMLDetailsElement) || !details.open) return;
    for (const part of picker.querySelectorAll("[data-phrase-plain], [data-phrase-search]")) {
      if (part instanceof HTMLElement) part.hidden = part.hasAttribute("data-phrase-plain");
    }
    const search = picker.querySelector("[role=combobox]");
    if (!(search instanceof HTMLInputElement)) return;
    search.value = "";
    list(picker);
    search.focus();
  },
  true,
);

document.addEventListener("input", (event) => {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return;
  if (target.matches("[data-phrases] [role=combobox]")) {
    const picker = target.closest("[data-phrases]");
    if (picker) list(picker);
    return;
  }
  for (const picker of document.querySelectorAll("[data-phrases]")) {
    if (target.id && picker.getAttribute("data-phrases") === target.id) note(picker);
  }
});

document.addEventListener("keydown", (event) => {
  const picker = event.target instanceof Element ? event.target.closest("[data-phrases]") : null;
  if (!picker || !(event.target instanceof Element)) return;
  if (event.key === "Escape") {
    const details = event.target.closest("details[open]");
    if (!details) return;
    event.preventDefault();
    event.stopPropagation();
    details.removeAttribute("open");
    details.querySelector("summary")?.focus();
    return;
  }
  if (!event.target.matches("[role=combobox]")) return;
  const rows = [...picker.querySelectorAll("[role=option]")];
  const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = event.key === "ArrowDown" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0);
    mark(picker, rows[next] ?? null);
  } else if (event.key === "Enter") {
    event.preventDefault(); // a search is no reason to send what was written
    const row = rows[at];
    if (row instanceof HTMLElement) pick(picker, row.dataset.key ?? "");
  }
});

document.addEventListener("click", (event) => {
  const row = event.target instanceof Element ? event.target.closest("[data-phrases] [role=option]") : null;
  const picker = row?.closest("[data-phrases]");
  if (picker && row instanceof HTMLElement) pick(picker, row.dataset.key ?? "");
});
