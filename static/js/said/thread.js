/**
 * A conversation that is looked at: the seconds until a message leaves, and news that are asked for only while somebody
 * looks, so that a tab behind another one reads nothing.
 */

/** @param {HTMLElement} form what has not left, with its seconds in `data-leaves` */
function count(form) {
  if (form.dataset.counting) return;
  form.dataset.counting = "yes";
  const leaves = Date.now() + Number(form.dataset.leaves) * 1000;
  const seconds = form.querySelector("[data-seconds]");
  const tick = () => {
    if (!form.isConnected) return clearInterval(timer);
    const left = Math.ceil((leaves - Date.now()) / 1000);
    form.style.setProperty("--gone", String(30 - Math.max(0, left)));
    if (left > 0) {
      if (seconds) seconds.textContent = String(left);
      return undefined;
    }
    clearInterval(timer);
    return gone(form);
  };
  const timer = setInterval(tick, 500);
  tick();
}

/** @param {HTMLElement} form */
function gone(form) {
  const had = form.contains(document.activeElement);
  for (const part of form.querySelectorAll("[data-words], button")) /** @type {HTMLElement} */ (part).hidden = true;
  for (const part of form.querySelectorAll("[data-gone]")) /** @type {HTMLElement} */ (part).hidden = false;
  if (had) document.getElementById("main")?.focus({ preventScroll: true });
  // The seconds were rounded: the house is asked when it has surely left.
  setTimeout(look, 1000);
}

function look() {
  document.querySelector("[data-only-seen]")?.dispatchEvent(new Event("said:look"));
}

/** @param {ParentNode} part */
function countAll(part) {
  for (const form of part.querySelectorAll("[data-leaves]")) count(/** @type {HTMLElement} */ (form));
}

countAll(document);

let heard = document.querySelectorAll(".said:not(.said-mine)").length;

/**
 * Says politely what came, to whoever does not see it.
 * @param {Element | null} part
 */
function tell(part) {
  const announce = document.getElementById("announce");
  if (announce && part) announce.textContent = (part.textContent ?? "").replace(/\s+/g, " ").trim();
}

// What is begun since goes with what is taken back: the page comes again with both.
document.addEventListener("submit", (event) => {
  const form = event.target, begun = document.querySelector("#reply textarea");
  if (!(form instanceof HTMLFormElement && form.dataset.leaves && begun instanceof HTMLTextAreaElement)) return;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "begun", value: begun.value }));
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const asks = event.target instanceof Element && event.target.matches("[data-only-seen]");
  if (asks && document.hidden) event.preventDefault();
});

// What unfolds at the foot does not cover a way back that lasts for seconds only.
document.addEventListener(
  "toggle",
  (event) => {
    const part = event.target;
    if (!(part instanceof HTMLDetailsElement) || !part.open || !part.closest(".reply")) return;
    if (document.querySelector("#lines [data-leaves]")) scrollTo({ top: document.documentElement.scrollHeight });
  },
  true,
);

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});

document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.target;
  if (!(part instanceof HTMLElement)) return;
  countAll(document);
  const others = document.querySelectorAll(".said:not(.said-mine)");
  if (part.id === "talk") {
    tell(part.querySelector("[data-leaves] [data-words]"));
    scrollTo({ top: document.documentElement.scrollHeight });
    part.querySelector("textarea")?.focus({ preventScroll: true });
  } else if (part.id === "lines" && others.length > heard) {
    tell(others[others.length - 1] ?? null);
  }
  heard = others.length;
});
