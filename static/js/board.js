/**
 * The department's board, alive: taps without a page load, and everything that happens elsewhere within a second.
 *
 * The page works without this file. What comes from the server are always the same parts that the page itself
 * includes: `take` puts them in by id, and moves tiles instead of making them anew, so that focus, marked tiles and an
 * open dialog stay. Counts are counted from the tiles. Nothing is changed here before the server has said so.
 */

const form = /** @type {HTMLFormElement} */ (document.getElementById("taps"));
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const EVERY = 1000;
const RARELY = 15_000;
const PATIENCE = 8000;
const PIN_RESTS = 120_000;

/** What the server sent for a tile, to tell whether it sends anything else. @type {WeakMap<Element, string>} */
const sent = new WeakMap();
/** The child whose tile was pressed last, and how many answers to presses have come. */
let last = "";
let answers = 0;
let lastPress = Date.now();
/** Between two guises a press on a tile could mean either: it means nothing. */
let isTurning = false;
/** When the network went, by this device's clock. @type {Date | undefined} */
let goneSince;
let pause = EVERY;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** How far the device's clock is behind the server's, in milliseconds. */
let skew = 0;

// Tiles ---------------------------------------------------------------------------------------------------------------

const tiles = () => /** @type {HTMLElement} */ (document.getElementById("tiles"));
const isChoosing = () => "choosing" in tiles().dataset;

/** @param {ParentNode} part @returns {HTMLElement[]} */
const tilesIn = (part) => [...part.querySelectorAll(".tile")].filter((tile) => tile instanceof HTMLElement);

/** @param {Element} tile */
const isChosen = (tile) => tile.querySelector("input:checked") !== null;

/**
 * Does `change` to the tiles, moves those that got another place there in front of our eyes, and gives the focus back.
 * @param {() => void} change
 */
function rearrange(change) {
  const focused = document.activeElement;
  const home = focused?.closest(".tile");
  const again = focused?.id ? `#${CSS.escape(focused.id)}` : home ? `#${CSS.escape(home.id)} .${focused?.classList[0]}` : "";
  const before = new Map(tilesIn(tiles()).map((tile) => [tile.id, tile.getBoundingClientRect()]));
  change();
  if (again && document.activeElement !== focused) {
    const place = document.querySelector(again) ?? (home && document.querySelector(`#${CSS.escape(home.id)} .tile-tap`));
    if (place instanceof HTMLElement) place.focus({ preventScroll: true });
  }
  mark();
  if (calm.matches) return;
  for (const tile of tilesIn(tiles())) {
    const from = before.get(tile.id);
    const to = tile.getBoundingClientRect();
    if (!from || (from.left === to.left && from.top === to.top)) continue;
    const way = `translate(${from.left - to.left}px, ${from.top - to.top}px)`;
    tile.animate([{ transform: way }, { transform: "none" }], { duration: 280, easing: "ease-out" });
  }
}

/**
 * Returns the tile to show: the one that is there when nothing about it is new, so that it keeps what it has.
 * @param {HTMLElement} fresh
 * @param {string[]} news
 */
function settled(fresh, news) {
  const old = document.getElementById(fresh.id);
  const html = fresh.outerHTML;
  if (old && sent.get(old) === html) return old;
  sent.set(fresh, html);
  if (old) {
    const [was, box] = [isChosen(old), fresh.querySelector("input")];
    if (box) box.checked = was;
    if (old.dataset.state !== fresh.dataset.state && fresh.dataset.child !== last) news.push(words(fresh));
    old.replaceWith(fresh);
  }
  return fresh;
}

/** "Noor A: Här 08:42" @param {Element} tile */
function words(tile) {
  const parts = [...(tile.querySelector(".tile-tap")?.childNodes ?? [])].filter((part) => part.nodeType === Node.TEXT_NODE);
  const name = parts.map((part) => part.textContent?.trim()).join("");
  return `${name}: ${tile.querySelector(".tile-state")?.textContent?.trim()}`;
}

/** Rings, figures and counts: all that follows from the tiles as they stand. */
function mark() {
  const count = { expected: 0, present: 0, left: 0, absent: 0 };
  const chosen = { arrived: 0, left: 0 };
  for (const tile of tilesIn(tiles())) {
    const state = /** @type {keyof count} */ (tile.dataset.state);
    tile.classList.toggle("tile-last", tile.dataset.child === last);
    const where = state in count ? state : tile.classList.contains("tile-absent") ? "absent" : "expected";
    count[where] += 1;
    const box = tile.querySelector("input");
    if (box?.checked) chosen[/** @type {keyof chosen} */ (box.dataset.tap)] += 1;
  }
  for (const [kind, figure] of Object.entries(count)) {
    const place = document.querySelector(`#count-${kind} strong`);
    if (place) place.textContent = String(figure);
  }
  for (const [kind, figure] of Object.entries(chosen)) {
    const button = document.querySelector(`[data-many=${kind}]`);
    if (!(button instanceof HTMLButtonElement)) continue;
    button.disabled = !figure;
    /** @type {Element} */ (button.querySelector("[data-figure]")).textContent = figure ? ` ${figure}` : "";
  }
}

// What the server sends -----------------------------------------------------------------------------------------------

/** @param {string} html */
function parsed(html) {
  const page = document.createElement("template");
  page.innerHTML = html;
  return page.content;
}

/** Puts all the parts of the board in the place of those that stand there. @param {string} html */
function takeBoard(html) {
  const fresh = parsed(html);
  const list = /** @type {HTMLElement | null} */ (fresh.querySelector("#tiles"));
  if (!list) return location.reload();
  // When a PIN has run out, what it opened goes away.
  if (seer(list) !== seer(tiles())) closeDialogs();
  /** @type {string[]} */
  const news = [];
  rearrange(() => {
    for (const part of fresh.querySelectorAll("#board-name, #counts, #board-who, #lane")) {
      const old = document.getElementById(part.id);
      if (old && old.innerHTML !== part.innerHTML) old.replaceWith(part);
    }
    const shown = tiles();
    shown.dataset.stamp = list.dataset.stamp;
    shown.classList.remove("tiles-covered");
    shown.toggleAttribute("data-choosing", "choosing" in list.dataset);
    const wanted = [...list.children].map((tile) => settled(/** @type {HTMLElement} */ (tile), news));
    for (const tile of [...shown.children]) if (!wanted.includes(/** @type {HTMLElement} */ (tile))) tile.remove();
    wanted.forEach((tile, at) => {
      if (shown.children[at] !== tile) shown.insertBefore(tile, shown.children[at] ?? null);
    });
  });
  setClock();
  if (news.length) say(news.join(". "));
}

/** For whose eyes the tiles are: the last part of their stamp. @param {HTMLElement} list */
const seer = (list) => list.dataset.stamp?.split(".").pop() ?? "";

function closeDialogs() {
  for (const dialog of document.querySelectorAll("#dialogs dialog")) /** @type {HTMLDialogElement} */ (dialog).close();
}

/** Puts in what a press gave: changed tiles in their places, a toast, or a dialog. @param {string} html */
function takeAnswer(html) {
  const fresh = parsed(html);
  const dialog = fresh.querySelector("dialog");
  if (dialog) return openDialog(dialog);
  rearrange(() => {
    for (const tile of tilesIn(fresh)) {
      last = tile.dataset.child ?? "";
      place(settled(tile, []));
    }
  });
  const toast = fresh.querySelector(".toast");
  if (toast) showToast(toast);
}

/** Puts a tile where its order says. @param {HTMLElement} tile */
function place(tile) {
  const order = tile.dataset.order ?? "";
  const after = tilesIn(tiles()).find((other) => other !== tile && (other.dataset.order ?? "") > order);
  if (after !== tile.nextElementSibling || !tile.isConnected) tiles().insertBefore(tile, after ?? null);
}

/** @param {Element} toast */
function showToast(toast) {
  document.getElementById("toasts")?.replaceChildren(toast);
}

/** @param {Element} dialog */
function openDialog(dialog) {
  document.getElementById("dialogs")?.replaceChildren(dialog);
  dialog.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true })); // dialog.js opens it, and gives the focus back
}

/** @param {string} text */
function say(text) {
  const place = document.getElementById("announce");
  if (place) place.textContent = text;
}

// Asking --------------------------------------------------------------------------------------------------------------

/**
 * Asks the server; goes to where it sends us when that is another page (a PIN, a login, the pairing of a tablet).
 * Raises TypeError or a timeout when there is no network.
 * @param {string} address
 * @param {RequestInit} [how]
 */
async function ask(address, how) {
  const response = await fetch(address, {
    ...how,
    headers: { "HX-Request": "true", ...how?.headers },
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const elsewhere = response.headers.get("HX-Redirect") ?? (response.redirected ? form.dataset.leave : "");
  if (!elsewhere) return response;
  location.assign(elsewhere);
  return new Promise(() => {});
}

/** Asks whether anything is new, and then again. */
async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  const seen = answers;
  const address = new URL(form.dataset.fresh ?? "", location.href);
  address.searchParams.set("sedan", tiles().dataset.stamp ?? "");
  if (isChoosing()) address.searchParams.set("valj", "1");
  try {
    const response = await ask(address.href, { headers: { "X-Idle": "1" } });
    if (response.status >= 500) throw new TypeError(String(response.status));
    if (response.status === 403 || response.status === 404) return location.reload();
    const html = response.status === 200 ? await response.text() : "";
    networkIsBack();
    // A press that was answered meanwhile knows more than this does.
    if (html && seen === answers) takeBoard(html);
  } catch {
    networkIsGone();
  }
  timer = setTimeout(look, pause);
}

/** Fetches the board in another guise: with or without marking. @param {string} address @param {string} shown */
async function turn(address, shown) {
  isTurning = true;
  try {
    const response = await ask(address);
    answers += 1;
    takeBoard(await response.text());
    history.replaceState(null, "", shown);
  } catch {
    notSent();
  } finally {
    isTurning = false;
  }
}

function networkIsGone() {
  goneSince ??= new Date(Date.now() + skew);
  pause = Math.min(pause * 2, RARELY);
  if ("pin" in form.dataset && seer(tiles()) && Date.now() - lastPress > PIN_RESTS) {
    tiles().classList.add("tiles-covered");
    closeDialogs();
  }
  if (document.querySelector(".lane > .band")) return;
  const band = cloned("offline");
  /** @type {Element} */ (band.querySelector("[data-since]")).textContent = clockTime(goneSince);
  document.querySelector(".lane")?.prepend(band);
  say(band.textContent?.trim() ?? "");
}

function networkIsBack() {
  pause = EVERY;
  if (!goneSince) return;
  goneSince = undefined;
  document.querySelector(".lane > .band")?.remove();
  say("");
}

/** @param {string} id Of a <template> with one element in it. */
function cloned(id) {
  const kept = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (kept.content.firstElementChild?.cloneNode(true));
}

function notSent() {
  showToast(cloned("not-sent"));
  networkIsGone();
  clearTimeout(timer);
  timer = setTimeout(look, EVERY);
}

// Pressing ------------------------------------------------------------------------------------------------------------

/** An id that sorts by time (RFC 9562). `crypto.randomUUID` is missing where a preschool has no HTTPS inside. */
function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const time = Date.now().toString(16).padStart(12, "0");
  const variant = "89ab"[bytes[8] & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/**
 * Sends what was pressed, and once more under the same ids when the first try got lost on the way.
 * @param {string} address
 * @param {FormData} fields
 */
async function send(address, fields) {
  try {
    return await ask(address, { method: "POST", body: fields });
  } catch {
    await new Promise((go) => setTimeout(go, 300));
    return ask(address, { method: "POST", body: fields });
  }
}

/** A wet thumb that lands twice is one tap: the same tile rests this long (milliseconds) before it turns back. */
const RESTS = 1000;
/** @type {Map<string, number>} when each tile was last pressed, by the child's id */
const pressedAt = new Map();

/** @param {HTMLFormElement} pressed @param {HTMLButtonElement | null} button */
async function press(pressed, button) {
  const tile = button?.closest(".tile");
  if (isTurning || tile?.getAttribute("aria-busy") === "true") return;
  const child = pressed === form && tile && button ? button.value.split(".")[0] : "";
  if (Date.now() - (pressedAt.get(child) ?? 0) < RESTS) return;
  const fields = new FormData(pressed, button);
  if (pressed === form && tile) {
    fields.delete("page");
    fields.append("event", uuid7());
    fields.append("occurred_at", new Date().toISOString());
  }
  fields.append("sent_at", new Date().toISOString());
  tile?.setAttribute("aria-busy", "true");
  button?.setAttribute("aria-disabled", "true");
  try {
    const response = await send(button?.getAttribute("formaction") ?? pressed.action, fields);
    answers += 1;
    if (response.status >= 500) return notSent();
    if (child) pressedAt.set(child, Date.now());
    else pressedAt.clear();
    const html = await response.text();
    const asksMore = parsed(html).querySelector("dialog");
    if (!asksMore) pressed.closest("dialog")?.close();
    takeAnswer(html);
    stillThere();
    if (isChoosing() && !asksMore) await turn(form.dataset.fresh ?? "", location.pathname);
    look();
  } catch {
    notSent();
  } finally {
    tile?.removeAttribute("aria-busy");
    button?.removeAttribute("aria-disabled");
  }
}

/** Tells the session's warning (idle.js) that somebody is here. */
function stillThere() {
  lastPress = Date.now();
  document.dispatchEvent(new CustomEvent("htmx:afterRequest", { detail: { successful: true } }));
}

document.addEventListener("submit", (event) => {
  const pressed = event.target;
  if (!(pressed instanceof HTMLFormElement) || (pressed !== form && !("board" in pressed.dataset))) return;
  event.preventDefault();
  press(pressed, event.submitter);
});

document.addEventListener("click", async (event) => {
  const link = /** @type {Element} */ (event.target).closest("a");
  if (!link || event.ctrlKey || event.metaKey) return;
  if (link.dataset.part) {
    event.preventDefault();
    turn(link.dataset.part, link.href);
  } else if (link.classList.contains("tile-more")) {
    event.preventDefault();
    link.focus({ preventScroll: true });
    try {
      takeAnswer(await (await ask(link.href)).text());
    } catch {
      notSent();
    }
  }
});

form.addEventListener("change", mark);

// Time ----------------------------------------------------------------------------------------------------------------

/** @param {Date} moment */
function clockTime(moment) {
  return moment.toLocaleTimeString("sv-SE", { hour: "2-digit", minute: "2-digit", timeZone: form.dataset.zone });
}

/** Takes the time from the server's clock: the device's own may be wrong. */
function setClock() {
  const clock = document.getElementById("clock");
  if (clock) skew = Date.parse(clock.getAttribute("datetime") ?? "") - Date.now();
}

setInterval(() => {
  const clock = document.getElementById("clock");
  const text = clockTime(new Date(Date.now() + skew));
  if (clock && clock.textContent !== text) clock.textContent = text;
}, EVERY);

for (const tile of tilesIn(tiles())) {
  sent.set(tile, tile.outerHTML);
  if (tile.classList.contains("tile-last")) last = tile.dataset.child ?? "";
}
setClock();
mark();
document.addEventListener("visibilitychange", look);
addEventListener("online", look);
addEventListener("pageshow", look);
