/**
 * Turns notices on in this browser: asks it for an address at its push service, writes that into the form, and sends
 * the form. The form carries our key in `data-push`; the list marks the browser's own row by a digest of its address.
 */

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-push]"));
const can = window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** @param {"missing" | "denied" | "failed" | ""} what */
function say(what) {
  for (const sentence of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-push-says]"))) {
    sentence.hidden = sentence.dataset.pushSays !== what;
  }
}

/** @param {string} text base64 for addresses */
function bytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
}

/** @param {string} key */
async function subscribed(key) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const wanted = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  try {
    return await pushManager.subscribe(wanted);
  } catch (fault) {
    const old = await pushManager.getSubscription(); // for a key that we had before
    if (!old) throw fault;
    await old.unsubscribe();
    return pushManager.subscribe(wanted);
  }
}

/** @param {HTMLFormElement} filled */
async function turnOn(filled) {
  if ((await Notification.requestPermission()) !== "granted") return say("denied");
  const { endpoint, keys } = (await subscribed(filled.dataset.push ?? "")).toJSON();
  const values = { endpoint, public_key: keys?.p256dh, secret: keys?.auth };
  for (const [name, value] of Object.entries(values)) {
    const field = filled.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value ?? "";
  }
  filled.submit();
}

/** Marks this browser's row, and lets its button end what the push service keeps, too. */
async function findThis() {
  const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  if (!subscription) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint)));
  const name = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const row = document.querySelector(`[data-device="${name}"]`);
  if (!row) return;
  row.querySelector("[data-device-this]")?.removeAttribute("hidden");
  form?.setAttribute("hidden", "");
  const removal = row.querySelector("form");
  removal?.addEventListener("submit", (event) => {
    event.preventDefault();
    void subscription.unsubscribe().finally(() => removal.submit());
  });
}

if (form && can) {
  say("");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say("");
    turnOn(form).catch(() => say("failed"));
  });
  void findThis();
} else if (form) {
  form.querySelector("button")?.setAttribute("disabled", "");
  say("missing");
}
