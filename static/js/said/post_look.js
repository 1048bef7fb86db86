/**
 * One of a draft's pictures, large beside the others. Where it has no place, or without this script, a picture opens by
 * itself (templates/messaging/posts/write_pictures.html).
 */

/** The address of the picture that is looked at: the list is printed anew while pictures are made ready. */
let lookedAt = "";

/** @returns {HTMLAnchorElement[]} */
const tiles = () => [...document.querySelectorAll("a[data-post-show]")].filter((tile) => tile instanceof HTMLAnchorElement);

/** @param {number} step how many pictures further on */
function lookFurther(step) {
  const place = document.querySelector("[data-post-look]");
  if (!(place instanceof HTMLElement)) return;
  const all = tiles();
  const now = Math.max(0, all.findIndex((tile) => tile.href === lookedAt));
  const chosen = all[(now + step + all.length) % all.length];
  place.hidden = !chosen;
  if (!chosen) return;
  lookedAt = chosen.href;
  for (const tile of all) tile.setAttribute("aria-current", String(tile === chosen));
  const [head, large] = [place.querySelector("h2"), place.querySelector("img")];
  const small = chosen.querySelector("img:not(.picture-blur)");
  if (!head || !large || !small) return;
  const number = chosen.querySelector(".post-tile-state")?.textContent?.trim() ?? "";
  const total = document.querySelectorAll(".post-tile").length;
  head.textContent = (head.dataset.words ?? "").replace("{number}", number).replace("{total}", String(total));
  if (large.getAttribute("src") !== chosen.dataset.postShow) large.src = chosen.dataset.postShow ?? "";
  large.alt = small.getAttribute("alt") ?? "";
}

document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element && event.target.closest("[data-post-show], [data-post-step]");
  const place = document.querySelector("[data-post-look]");
  if (!pressed || !place || !place.checkVisibility()) return;
  if (pressed instanceof HTMLAnchorElement) {
    event.preventDefault();
    lookedAt = pressed.href;
  }
  lookFurther(Number(pressed.getAttribute("data-post-step") ?? 0));
});
document.addEventListener("htmx:afterSettle", () => lookFurther(0));
lookFurther(0);
