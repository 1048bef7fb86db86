/**
 * Files chosen in a form: several at once, each in parts and with a bar of its own. Where the connection breaks they wait
 * and go on where they were (tus 1.0), and what is handed over twice is one. Nothing of them stays in the browser. What
 * has come whole goes with the form, which names it (`upload`); or at once, where the field says to whom (`data-to`).
 * Without this script the files themselves go with the form (templates/documents/uploading.html).
 *
 * @typedef {{ file: File, id: string, input: HTMLInputElement, row: HTMLElement, abort: AbortController }} Sending
 */

const LANES = 3;
const LEAST = 64 * 1024;
const MOST = 2 * 1024 * 1024;
const TRIES = 5; // at a server that answers with a fault; for a net that is gone we wait as long as it takes

/** Says why a picture does not come, in words for whoever chose it. */
class Refused extends Error {}
/** It is the file itself: to send it again is of no use. */
class RefusedForGood extends Refused {}

/** @param {HTMLInputElement} input */
function token(input) {
  return String(new FormData(input.form ?? undefined).get("csrfmiddlewaretoken") ?? "");
}

/** An id that nobody else has; `crypto.randomUUID` is there by https only. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const figures = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return figures.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

/** @param {string} text */
function encoded(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/**
 * Says how it goes: a word of the list's data (`waiting`, `fault`), a sentence, or nothing.
 * @param {Sending} sending
 * @param {string} words
 */
function say(sending, words) {
  const line = sending.row.querySelector("[data-upload-state]");
  if (line) line.textContent = sending.row.parentElement?.dataset[words] ?? words;
}

/**
 * Waits some seconds, or until the net is back.
 * @param {number} seconds
 * @param {AbortSignal} signal
 */
function rest(seconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, seconds * 1000);
    window.addEventListener("online", resolve, { once: true });
    signal.addEventListener("abort", reject, { once: true });
  });
}

/**
 * Asks until there is an answer. Whatever is asked here may be asked twice.
 * @param {Sending} sending
 * @param {string} address
 * @param {RequestInit} how
 */
async function ask(sending, address, how) {
  const { signal } = sending.abort;
  const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": token(sending.input), ...how.headers };
  for (let tries = 1, wait = 1; ; wait = Math.min(wait * 2, 15)) {
    try {
      const answer = await fetch(address, { ...how, headers, signal });
      say(sending, "");
      if (answer.status < 500 && answer.status !== 429) return answer;
      if (tries++ >= TRIES) throw new Refused("fault");
    } catch (fault) {
      if (signal.aborted || fault instanceof Refused) throw fault;
      say(sending, "waiting");
    }
    await rest(wait, signal);
  }
}

/**
 * Sends one file to its end.
 * @param {Sending} sending
 */
async function upload(sending) {
  const { file, id, input, row } = sending;
  const bar = /** @type {HTMLProgressElement} */ (row.querySelector("progress"));
  const begun = await ask(sending, input.dataset.uploads ?? "", {
    method: "POST",
    headers: {
      "Upload-Length": String(file.size),
      "Upload-Metadata": `filename ${encoded(file.name)},id ${encoded(id)},preschool ${encoded(input.dataset.preschool ?? "")}`,
    },
  });
  if (begun.status === 422) throw new RefusedForGood(await begun.text());
  if (begun.status !== 201) throw new Refused(begun.status === 413 ? await begun.text() : "fault");
  const address = begun.headers.get("Location") ?? "";
  let answer = begun;
  for (let length = 2 * LEAST; ; ) {
    const offset = Number(answer.headers.get("Upload-Offset") ?? Number.NaN);
    if (Number.isNaN(offset)) throw new Refused("fault"); // another page: a PIN is asked for, the session is over
    bar.value = offset / file.size;
    if (offset >= file.size) return;
    const from = performance.now();
    answer = await ask(sending, address, {
      method: "PATCH",
      body: file.slice(offset, offset + length),
      headers: { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
    });
    // What came last may have come, and only its answer not: then it is asked how far it is.
    if (answer.status === 409) answer = await ask(sending, address, { method: "HEAD" });
    const seconds = (performance.now() - from) / 1000;
    length = Math.min(MOST, Math.max(LEAST, seconds < 1 ? length * 2 : seconds > 4 ? length / 2 : length));
  }
}

/**
 * Gives a file that has come whole to what it is for: to the form, or to an address whose answer is the list as it then is.
 * @param {Sending} sending
 */
async function handOver(sending) {
  const { id, input, row } = sending;
  const { to, list } = input.dataset;
  if (!to) {
    row.append(Object.assign(document.createElement("input"), { type: "hidden", name: "upload", value: id }));
    row.querySelector("progress")?.remove();
    say(sending, "done");
    row.dispatchEvent(new Event("input", { bubbles: true })); // a draft is kept with it
    return;
  }
  const body = new FormData();
  body.append("upload", id);
  const answer = await ask(sending, to, { method: "POST", body, headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) throw new Refused("fault");
  const html = await answer.text();
  /** @type {any} */ (window).htmx.swap(list, html, { swapStyle: "outerHTML" });
  row.remove();
}

/** Files on their way: to leave the page now would lose them. @type {Set<Sending>} */
const under = new Set();
let begun = 0;

/** @param {HTMLFormElement} form */
function tell(form) {
  for (const act of form.querySelectorAll("[type=submit]")) {
    act.toggleAttribute("disabled", under.size > 0 && act.checkVisibility());
  }
  const line = form.querySelector("[data-upload-progress]");
  if (!under.size) begun = 0;
  const words = (line instanceof HTMLElement && under.size && line.dataset.words) || "";
  const number = String(begun - under.size + 1);
  if (line) line.textContent = words.replace("{number}", number).replace("{total}", String(begun));
}

/**
 * @param {Sending} sending
 * @param {Promise<unknown>} sent
 */
async function finish(sending, sent) {
  const form = /** @type {HTMLFormElement} */ (sending.input.form);
  try {
    await sent;
    await handOver(sending);
  } catch (fault) {
    if (!sending.abort.signal.aborted) {
      say(sending, fault instanceof Refused ? fault.message : "fault");
      if (!(fault instanceof RefusedForGood)) sending.row.querySelector("[data-upload-again]")?.removeAttribute("hidden");
    }
  }
  under.delete(sending);
  tell(form);
}

/**
 * Makes the row of a file, with what can be done to it.
 * @param {HTMLInputElement} input
 * @param {File} file
 * @returns {Sending}
 */
function begin(input, file) {
  const list = /** @type {HTMLElement} */ (input.form?.querySelector("[data-upload-list]"));
  const mould = /** @type {HTMLTemplateElement} */ (input.form?.querySelector("[data-upload-row]"));
  const row = /** @type {HTMLElement} */ (mould.content.firstElementChild?.cloneNode(true));
  const sending = { file, id: newId(), input, row, abort: new AbortController() };
  const name = row.querySelector("[data-upload-name]");
  if (name) name.textContent = file.name;
  row.querySelector("progress")?.setAttribute("aria-label", file.name);
  row.querySelector("[data-upload-cancel]")?.addEventListener("click", () => {
    sending.abort.abort();
    row.remove();
    input.dispatchEvent(new Event("input", { bubbles: true })); // a draft is kept without it
    input.focus();
    const headers = { "X-CSRFToken": token(input) };
    fetch(`${input.dataset.uploads}${sending.id}/`, { method: "DELETE", headers, keepalive: true }).catch(() => {});
  });
  row.querySelector("[data-upload-again]")?.addEventListener("click", (event) => {
    /** @type {HTMLElement} */ (event.currentTarget).hidden = true;
    finish(sending, send(sending, Promise.resolve()));
  });
  list.append(row);
  return sending;
}

/**
 * @param {Sending} sending
 * @param {Promise<unknown>} after what is to be over first
 */
function send(sending, after) {
  under.add(sending);
  begun += 1;
  tell(/** @type {HTMLFormElement} */ (sending.input.form));
  const sent = after.then(() => upload(sending));
  sent.catch(() => {}); // `finish` says it, when its turn comes
  return sent;
}

/** @param {HTMLInputElement} input */
async function sendAll(input) {
  const files = [...(input.files ?? [])];
  input.value = "";
  input.form?.querySelector("[data-upload-problems]")?.replaceChildren();
  const lanes = Array.from({ length: LANES }, () => /** @type {Promise<unknown>} */ (Promise.resolve()));
  const sent = files.map((file, place) => {
    const sending = begin(input, file);
    const own = send(sending, lanes[place % LANES]);
    lanes[place % LANES] = own.catch(() => {});
    return { sending, own };
  });
  for (const { sending, own } of sent) await finish(sending, own); // in the order in which they were chosen
}

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.matches("[data-uploads]")) sendAll(event.target);
});
// What is on its way is waited for, before anybody else hears of it.
document.addEventListener(
  "submit",
  (event) => {
    if (![...under].some((one) => one.input.form === event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
