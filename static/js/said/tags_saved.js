/**
 * Saves who is in a picture, as it is said beside it (tagging.js), and leaves no doubt about what is not saved: it looks
 * so, is sent again by itself as it then is, and nothing is published meanwhile. A tag that is lost shows a child.
 *
 * The panel says by `tags:changed` what was touched; `tags:saved` carries the server's answer back.
 */

const PATIENCE = 20_000;
const SLOW = 1000;
const RARELY = 30;
/** Where this tab remembers the pictures of which something was said that is not saved: their ids, nothing else. */
const MARK = "tags-unsaved ";

/** Counts what was changed, so that an older answer takes nothing newer away. */
let changes = 0;
/** @type {Promise<boolean> | null} */
let sending = null;
let wait = 1; // seconds until the next try
let timer = 0;
let isSentAway = false;

/** @returns {HTMLElement | null} */
const panel = () => document.querySelector("[data-tagging]");

const isUnsaved = () => Boolean(panel()?.querySelector("[data-unsaved]"));

/** Says how it stands: `saving`, `waiting`, `login`, `fault`, or nothing. @param {HTMLElement} own @param {string} how */
function say(own, how) {
  own.dataset.saving = how;
  for (const words of own.querySelectorAll("[data-tag-say]")) {
    words.toggleAttribute("hidden", words instanceof HTMLElement && !words.dataset.tagSay?.split(" ").includes(how));
  }
}

/** Says beside the draft's buttons why they wait. @param {"unsavedWords" | "lostWords"} [which] @param {string} [number] of a picture */
function tell(which, number = "") {
  const place = document.querySelector("[data-tags-unsaved]");
  if (place instanceof HTMLElement) place.textContent = (which && place.dataset[which]?.replace("{number}", number)) || "";
}

/**
 * What the panel says. Of what was touched it is said in so many words, whatever an answer that was lost has done.
 * @param {HTMLElement} own @returns {FormData}
 */
function said(own) {
  const sent = new FormData();
  const touched = new Set([...own.querySelectorAll(".chip[data-unsaved] input")].map((one) => one.getAttribute("value")));
  for (const field of own.querySelectorAll("input[name]")) {
    if (!(field instanceof HTMLInputElement) || (field.name === "was" && touched.has(field.value))) continue;
    const isOff = field.type === "checkbox" && !field.checked;
    const isMoved = field.name.startsWith("was-") && field.closest("[data-unsaved]");
    if (!isOff) sent.append(field.name, isMoved ? "?" : field.value);
    else if (touched.has(field.value)) sent.append("was", field.value);
  }
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token instanceof HTMLInputElement) sent.append("csrfmiddlewaretoken", token.value);
  if (document.getElementById("post-pictures")) sent.append("beside", "1");
  return sent;
}

/**
 * Looks who we are to the server: takes the token of a new login into this page, and tells why it took nothing.
 * @param {HTMLElement} own @returns {Promise<"" | "login" | "fault">} nothing where it may be tried anew
 */
async function askAnew(own) {
  const page = await fetch(own.dataset.address ?? "", { signal: AbortSignal.timeout(PATIENCE) });
  if (page.redirected) return "login";
  const fields = [...document.querySelectorAll("input[name=csrfmiddlewaretoken]")];
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("input[name=csrfmiddlewaretoken]");
  if (!page.ok || !(fresh instanceof HTMLInputElement)) return "fault";
  for (const field of fields) if (field instanceof HTMLInputElement) field.value = fresh.value;
  return "";
}

/** @param {HTMLElement} own @param {boolean} [isAgain] @returns {Promise<string>} the answer; nothing where it is not saved */
async function post(own, isAgain) {
  try {
    const answer = await fetch(own.dataset.address ?? "", {
      method: "POST",
      body: said(own),
      headers: { "HX-Request": "true" },
      keepalive: true,
      signal: AbortSignal.timeout(PATIENCE),
    });
    const isElsewhere = answer.redirected || answer.headers.has("HX-Redirect");
    if (answer.ok && !isElsewhere) return await answer.text();
    if (answer.status < 500 && answer.status !== 429) {
      const why = isAgain ? "fault" : await askAnew(own);
      if (!why) return await post(own, true);
      say(own, why);
      return "";
    }
  } catch {
    // No net: it is waited for.
  }
  say(own, "waiting");
  timer = window.setTimeout(send, wait * 1000);
  wait = Math.min(wait * 2, RARELY);
  return "";
}

/**
 * Takes over what a new box is called since it was saved, where it has been moved meanwhile: it is to be one box.
 * @param {HTMLElement} own @param {string} html the answer
 */
function adopt(own, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const keys = [...page.querySelectorAll('[data-tag-place^="tag-"]')].map((one) => one.getAttribute("data-tag-place") ?? "");
  const [key, other] = keys.filter((one) => !own.querySelector(`[data-tag-place="${one}"]`));
  if (!key || other) return;
  for (const one of own.querySelectorAll('[data-tag-place="new"], [data-key="new"]')) {
    one.setAttribute(one.hasAttribute("data-key") ? "data-key" : "data-tag-place", key);
    one.append(Object.assign(document.createElement("input"), { type: "hidden", name: `was-${key}` }));
    for (const field of one.querySelectorAll("input[type=number]")) {
      if (field instanceof HTMLInputElement) field.name = field.name.replace(/new$/, key);
    }
  }
}

/** Sends until what is said is saved. @returns {Promise<boolean>} whether it is */
async function sendNewest() {
  for (;;) {
    const own = panel();
    if (!own || !isUnsaved()) return true;
    const asked = changes;
    const begun = own.querySelector('[data-tag-place="new"] input');
    const isOneNew = begun instanceof HTMLInputElement && begun.value !== "";
    own.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => own.dataset.saving || say(own, "saving"), SLOW);
    const html = await post(own);
    clearTimeout(slow);
    own.removeAttribute("aria-busy");
    if (!html) return false;
    wait = 1;
    if (asked !== changes) {
      if (isOneNew) adopt(own, html);
      continue;
    }
    sessionStorage.removeItem(MARK + own.dataset.tagging);
    tell();
    document.dispatchEvent(new CustomEvent("tags:saved", { detail: html }));
    return true;
  }
}

/** One at a time: what is changed meanwhile goes after it. */
function send() {
  clearTimeout(timer);
  sending ??= sendNewest().finally(() => {
    sending = null;
  });
  return sending;
}

document.addEventListener("tags:changed", (event) => {
  const own = panel();
  if (!own) return;
  const { key, rest } = /** @type {CustomEvent} */ (event).detail;
  changes += 1;
  sessionStorage.setItem(MARK + own.dataset.tagging, "");
  for (const one of own.querySelectorAll(`[data-key="${key}"], [data-tag-place="${key}"]`)) one.setAttribute("data-unsaved", "");
  clearTimeout(timer);
  if (rest) timer = window.setTimeout(send, rest);
  else send();
});

/**
 * Holds what somebody does until what was said before is saved; where that fails, it is not done.
 * @param {Event} event @param {() => void} again
 */
async function hold(event, again) {
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await send()) return again();
  tell("unsavedWords", panel()?.dataset.number);
}

/** Refuses, once, to publish where a picture was left with something unsaved, and shows what is saved. @param {Event} event */
function refuseLost(event) {
  for (const tile of document.querySelectorAll("a[data-post-show]")) {
    if (!(tile instanceof HTMLAnchorElement) || sessionStorage.getItem(MARK + tile.dataset.postShow) === null) continue;
    event.preventDefault();
    event.stopImmediatePropagation();
    sessionStorage.removeItem(MARK + tile.dataset.postShow);
    tell("lostWords", tile.dataset.number);
    tile.click();
    return;
  }
}

document.addEventListener(
  "submit",
  (event) => {
    const { target, submitter } = /** @type {SubmitEvent} */ (event);
    if (!(target instanceof HTMLFormElement) || !target.querySelector("#post-look")) return;
    const act = submitter?.getAttribute("value") ?? "";
    // What throws the picture away needs no tags of it.
    if (submitter?.hasAttribute("formaction") || act === `remove.${panel()?.dataset.tagging}`) isSentAway = true;
    else if (isUnsaved()) {
      hold(event, () => {
        const button = submitter?.isConnected ? submitter : target.querySelector(`[name="do"][value="${act}"]`);
        target.requestSubmit(/** @type {HTMLElement | null} */ (button));
      });
    } else if (act.startsWith("publish")) refuseLost(event);
  },
  true,
);

document.addEventListener(
  "click",
  (event) => {
    const pressed = event.target instanceof Element ? event.target : null;
    if (pressed?.closest("[data-tag-again]")) send();
    if (!isUnsaved()) return;
    if (pressed?.closest("[data-tag-ask] button")) hold(event, () => {}); // it is asked anew, of what is there then
    const link = pressed?.closest("a[href]:not([target])");
    if (!(link instanceof HTMLAnchorElement)) return;
    const stays = document.getElementById("post-pictures") && link.matches("[data-post-show], [data-tag-step]");
    // Whoever leaves where it has failed already is asked by the browser.
    if (!stays && !["", "saving", undefined].includes(panel()?.dataset.saving)) return;
    const address = link.getAttribute("href");
    hold(event, () => {
      const again = link.isConnected ? link : document.querySelector(`a[href="${address}"]`);
      if (again instanceof HTMLElement) again.click();
    });
  },
  true,
);

for (const [place, kind] of /** @type {[EventTarget, string][]} */ ([[window, "online"], [document, "visibilitychange"]])) {
  place.addEventListener(kind, () => {
    if (isUnsaved() && panel()?.dataset.saving && !document.hidden) send();
  });
}
// Where the house itself leads away, nobody is asked: the session or the PIN is over, and what is shown must go.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  isSentAway ||= Boolean(/** @type {CustomEvent} */ (event).detail.xhr.getResponseHeader("HX-Redirect"));
});
window.addEventListener("beforeunload", (event) => {
  if (isUnsaved() && !isSentAway && !document.querySelector("#session-warning[open]")) event.preventDefault();
});
window.addEventListener("pagehide", () => {
  if (isUnsaved()) send();
});
