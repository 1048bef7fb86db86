/**
 * Who is in a picture, beside the draft or on a page of its own: a child is tagged by a press, and a box is moved and
 * drawn larger by finger, mouse or keys, and blurs at once what is behind it. Each change is saved by itself
 * (tags_saved.js). Without this script it is a form with figures (templates/messaging/posts/tagging.html).
 */

const LEAST = 2; // per cent
const SIZE = { width: 24, height: 34 };
// Where a new box begins: in the middle, or beside those that are there.
const SPOTS = [38, 6, 70].flatMap((x) => [30, 64, 2].map((y) => ({ x, y })));
/** @typedef {{x: number, y: number, width: number, height: number}} Box */
const SIDES = /** @type {(keyof Box)[]} */ (["x", "y", "width", "height"]);

/** Counts what was looked at, so that an older answer takes nothing newer away. */
let looks = 0;

/** @returns {HTMLElement | null} */
const panel = () => document.querySelector("[data-tagging]");

/** @param {Element} place the four figures of a box @returns {HTMLInputElement[]} */
const figures = (place) => [...place.querySelectorAll("input[type=number]")].filter((one) => one instanceof HTMLInputElement);

/** @param {Element} place @returns {Box | null} */
function boxOf(place) {
  const [x, y, width, height] = figures(place).map((one) => one.valueAsNumber);
  return [x, y, width, height].some(Number.isNaN) ? null : { x, y, width, height };
}

/** @returns {Box} a box where none lies yet */
function fresh() {
  const taken = [...document.querySelectorAll("[data-tag-place]")].map(boxOf);
  const lies = (/** @type {{x: number, y: number}} */ { x, y }) => taken.some((box) => box && Math.hypot(box.x - x, box.y - y) < 10);
  return { ...(SPOTS.find((spot) => !lies(spot)) ?? SPOTS[0]), ...SIZE };
}

/**
 * The place of a box that is drawn. One that nobody has touched blurs nothing: it has no figures yet.
 * @param {Element} place @param {HTMLElement} shown @returns {Box | null}
 */
const lying = (place, shown) => boxOf(place) ?? JSON.parse(shown.dataset.begun ?? "null");

/** @param {Element} place @param {Box | null} box */
function write(place, box) {
  figures(place).forEach((one, number) => {
    one.value = box ? box[SIDES[number]].toFixed(1) : "";
  });
}

/** @param {Box} box @returns {Box} the same inside the picture */
function inside(box) {
  const width = Math.min(Math.max(box.width, LEAST), 100);
  const height = Math.min(Math.max(box.height, LEAST), 100);
  return { x: Math.min(Math.max(box.x, 0), 100 - width), y: Math.min(Math.max(box.y, 0), 100 - height), width, height };
}

/** @param {HTMLElement} shown @param {Box} box */
function put(shown, box) {
  shown.style.insetInlineStart = `${box.x}%`;
  shown.style.insetBlockStart = `${box.y}%`;
  shown.style.inlineSize = `${box.width}%`;
  shown.style.blockSize = `${box.height}%`;
}

/** @param {HTMLElement} frame @param {HTMLElement} place @returns {HTMLElement} */
function drawn(frame, place) {
  const shown = document.createElement("div");
  shown.className = "tag-box";
  shown.tabIndex = 0;
  shown.dataset.key = place.dataset.tagPlace ?? "";
  shown.dataset.words = frame.dataset.unsavedWords;
  shown.setAttribute("role", "group");
  shown.setAttribute("aria-label", `${place.dataset.name}. ${frame.dataset.words ?? ""}`);
  for (const corner of ["start", "end"]) {
    const handle = document.createElement("span");
    handle.className = `tag-handle tag-handle-${corner}`;
    handle.dataset.corner = corner;
    shown.append(handle);
  }
  shown.addEventListener("pointerdown", (event) => take(event, frame, place, shown));
  shown.addEventListener("keydown", (event) => press(event, place, shown));
  frame.append(shown);
  return shown;
}

/** @param {PointerEvent} event @param {HTMLElement} frame @param {HTMLElement} place @param {HTMLElement} shown */
function take(event, frame, place, shown) {
  const from = lying(place, shown);
  if (!from) return;
  event.preventDefault();
  write(place, from);
  shown.focus({ preventScroll: true });
  shown.setPointerCapture(event.pointerId);
  const corner = event.target instanceof HTMLElement ? event.target.dataset.corner : undefined;
  const size = frame.getBoundingClientRect();
  /** @param {PointerEvent} moved */
  const move = (moved) => {
    const across = ((moved.clientX - event.clientX) / size.width) * 100;
    const down = ((moved.clientY - event.clientY) / size.height) * 100;
    let box = { ...from, x: from.x + across, y: from.y + down };
    if (corner === "end") box = { ...from, width: from.width + across, height: from.height + down };
    if (corner === "start") box = { ...box, width: from.width - across, height: from.height - down };
    box = inside(box);
    write(place, box);
    put(shown, box);
  };
  const leave = () => {
    shown.removeEventListener("pointermove", move);
    changed(shown.dataset.key);
  };
  shown.addEventListener("pointermove", move);
  shown.addEventListener("lostpointercapture", leave, { once: true });
}

/**
 * Draws the box that was asked for from where the picture is pressed to where it is let go; a mere press leaves it.
 * @param {PointerEvent} event @param {HTMLElement} frame
 */
function drag(event, frame) {
  const shown = frame.querySelector("[data-begun]");
  if (!(shown instanceof HTMLElement) || (event.target instanceof Element && event.target.closest(".tag-box, .tag-faces rect"))) return;
  const place = document.querySelector(`[data-tag-place="${shown.dataset.key}"]`);
  if (!place) return;
  event.preventDefault();
  frame.setPointerCapture(event.pointerId);
  const size = frame.getBoundingClientRect();
  const at = (/** @type {PointerEvent} */ { clientX, clientY }) => [
    Math.min(Math.max(((clientX - size.left) / size.width) * 100, 0), 100),
    Math.min(Math.max(((clientY - size.top) / size.height) * 100, 0), 100),
  ];
  const [x, y] = at(event);
  /** @param {PointerEvent} moved */
  const move = (moved) => {
    const [across, down] = at(moved);
    const box = { x: Math.min(x, across), y: Math.min(y, down), width: Math.abs(across - x), height: Math.abs(down - y) };
    if (box.width < LEAST || box.height < LEAST) return;
    write(place, box);
    put(shown, box);
  };
  frame.addEventListener("pointermove", move);
  frame.addEventListener(
    "lostpointercapture",
    () => {
      frame.removeEventListener("pointermove", move);
      shown.focus({ preventScroll: true });
      if (boxOf(place)) changed(shown.dataset.key);
    },
    { once: true },
  );
}

/** @param {KeyboardEvent} event @param {HTMLElement} place @param {HTMLElement} shown */
function press(event, place, shown) {
  const box = lying(place, shown);
  if (!box) return;
  if (event.key === "Enter") {
    event.preventDefault();
    write(place, box);
    changed(shown.dataset.key);
    return;
  }
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    write(place, null);
    shown.remove();
    panel()?.querySelector("h2")?.focus();
    changed(shown.dataset.key);
    return;
  }
  const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
  const down = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0;
  if (!across && !down) return;
  event.preventDefault();
  const moved = event.shiftKey
    ? { ...box, width: box.width + across, height: box.height + down }
    : { ...box, x: box.x + across, y: box.y + down };
  const kept = inside(moved);
  write(place, kept);
  put(shown, kept);
  changed(shown.dataset.key, 600);
}

/**
 * Tells that something is said anew of a child or a box, and is to be saved.
 * @param {string | undefined} key @param {number} [rest] for how long the hand has to rest first, in milliseconds
 */
function changed(key, rest = 0) {
  looks += 1;
  document.dispatchEvent(new CustomEvent("tags:changed", { detail: { key, rest } }));
}

/** @param {string} html */
function show(html) {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement ? (focused.dataset.key ?? "") : "";
  const id = focused?.id ?? "";
  const isNew = key === "new";
  /** @type {any} */ (window).htmx.swap("#post-look", html, { swapStyle: "outerHTML" });
  ready();
  const boxes = [...document.querySelectorAll(".tag-box")];
  const back = boxes.find((one) => one instanceof HTMLElement && one.dataset.key === key) ?? (isNew ? boxes.at(-1) : null);
  if (back instanceof HTMLElement) back.focus({ preventScroll: true });
  else if (id) document.getElementById(id)?.focus({ preventScroll: true });
}

/** Looks at another picture. @param {string} address */
async function look(address) {
  looks += 1;
  const asked = looks;
  const beside = document.getElementById("post-pictures") ? "?beside=1" : "";
  try {
    const answer = await fetch(address + beside, { headers: { "HX-Request": "true" } });
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) return location.assign(elsewhere);
    if (!answer.ok || answer.redirected) throw new TypeError(String(answer.status));
    const html = await answer.text();
    if (asked === looks) show(html);
  } catch {
    document.dispatchEvent(new CustomEvent("htmx:responseError")); // failed.js says it
  }
}

/** Makes the panel's boxes movable and marks the tile of its picture. */
function ready() {
  const own = panel();
  for (const tile of document.querySelectorAll("[data-post-show]")) {
    tile.setAttribute("aria-current", String(tile instanceof HTMLElement && tile.dataset.postShow === own?.dataset.tagging));
  }
  if (!own || own.hasAttribute("data-ready")) return;
  own.setAttribute("data-ready", "");
  own.addEventListener("input", (event) => event.stopPropagation());
  own.addEventListener("change", (event) => {
    event.stopPropagation();
    const said = event.target instanceof Element && event.target.closest("[data-key], [data-tag-place]");
    if (said instanceof HTMLElement) changed(said.dataset.key ?? said.dataset.tagPlace);
  });
  const frame = own.querySelector("[data-tag-picture]");
  if (!(frame instanceof HTMLElement)) return;
  frame.addEventListener("pointerdown", (event) => drag(event, frame));
  for (const place of own.querySelectorAll("[data-tag-place]")) {
    const box = boxOf(place);
    if (box && place instanceof HTMLElement) put(drawn(frame, place), box);
  }
}

/**
 * Draws a box. Where one lies that is `found` it counts at once; else it waits until somebody has moved or pressed it.
 * @param {string} key @param {Box} [found]
 */
function draw(key, found) {
  const [frame, place] = [document.querySelector("[data-tag-picture]"), document.querySelector(`[data-tag-place="${key}"]`)];
  if (!(frame instanceof HTMLElement) || !(place instanceof HTMLElement)) return;
  const there = [...frame.querySelectorAll(".tag-box")].find((one) => one instanceof HTMLElement && one.dataset.key === key);
  frame.scrollIntoView({ block: "nearest" });
  if (there instanceof HTMLElement) {
    there.focus();
    return;
  }
  const box = found ?? fresh();
  const shown = drawn(frame, place);
  put(shown, box);
  if (found) {
    write(place, found);
    changed(key);
  } else {
    shown.dataset.begun = JSON.stringify(box);
    document.querySelector("[data-tag-begun]")?.removeAttribute("hidden");
  }
  shown.focus();
}

/** Makes a box of what looks like a face. @param {string} face its four figures, in thousandths */
function accept(face) {
  const [x, y, width, height] = face.split(" ").map((figure) => Number(figure) / 10);
  draw("new", { x, y, width, height });
}

/** Looks at the first picture where none is looked at and there is a place for it. */
function begin() {
  const first = document.querySelector("a[data-post-show]");
  const place = document.getElementById("post-look");
  if (first instanceof HTMLAnchorElement && place?.hidden && !("asked" in place.dataset)) {
    place.dataset.asked = ""; // once; it is shown when there is something in it
    look(first.href);
  }
  const [head, total] = [document.querySelector("[data-tagging] h2[data-words]"), document.querySelectorAll(".post-tile").length];
  if (head instanceof HTMLElement && total) head.textContent = (head.dataset.words ?? "").replace("{total}", String(total));
  ready();
}

document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element && event.target.closest("[data-post-show], [data-tag-step], [data-tag-draw], [data-tag-face]");
  if (!(pressed instanceof HTMLElement || pressed instanceof SVGElement)) return;
  if (pressed.dataset.tagFace) {
    event.preventDefault();
    accept(pressed.dataset.tagFace);
  } else if (pressed.dataset.tagDraw) draw(pressed.dataset.tagDraw);
  else if (pressed instanceof HTMLAnchorElement && document.getElementById("post-pictures")) {
    event.preventDefault();
    const isStep = pressed.matches("[data-tag-step]");
    look(pressed.href).then(() => {
      panel()?.scrollIntoView({ block: "nearest" });
      if (isStep) panel()?.querySelector("h2")?.focus(); // what was pressed is gone: the next Tab goes on here
    });
  }
});
document.addEventListener("tags:saved", (event) => show(/** @type {CustomEvent} */ (event).detail));
document.addEventListener("htmx:afterSettle", begin);
begin();
