/**
 * A draft's pictures: chosen, and sent one after the other, so that a slow net loses one at most. Without this script
 * they go with the form, by a button of their own (templates/messaging/posts/write.html).
 */

/** @param {HTMLFormElement} form */
function ready(form) {
  form.setAttribute("data-has-script", "");
}

/**
 * Says how far it has come.
 * @param {HTMLFormElement} form
 * @param {string} words
 */
function tell(form, words) {
  const line = form.querySelector("[data-post-progress]");
  if (line) line.textContent = words;
}

/**
 * Sends one picture; returns whether it came through. The answer is the list of pictures as it then is.
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} input
 * @param {File} file
 */
async function send(form, input, file) {
  const sent = new FormData();
  sent.append("pictures", file);
  sent.append("csrfmiddlewaretoken", new FormData(form).get("csrfmiddlewaretoken") ?? "");
  try {
    const answer = await fetch(input.dataset.postFiles ?? "", {
      method: "POST",
      body: sent,
      headers: { "HX-Request": "true" },
    });
    if (!answer.ok) return false;
    show(await answer.text());
    return true;
  } catch {
    return false;
  }
}

/** How many choices of pictures are on their way: to leave the page now would lose them. */
let sending = 0;

/**
 * @param {HTMLFormElement} form
 * @param {number} more
 */
function hold(form, more) {
  sending += more;
  for (const act of form.querySelectorAll(".post-foot-acts button")) act.toggleAttribute("disabled", sending > 0);
}

/** @param {string} html */
function show(html) {
  /** @type {any} */ (window).htmx.swap("#post-pictures", html, { swapStyle: "outerHTML" });
}

/** @param {HTMLInputElement} input */
async function sendAll(input) {
  const form = input.form;
  const line = form?.querySelector("[data-post-progress]");
  if (!form || !(line instanceof HTMLElement) || !form.hasAttribute("data-has-script")) return;
  const files = [...(input.files ?? [])];
  input.value = "";
  form.querySelector("#post-problems")?.replaceChildren();
  const failed = [];
  hold(form, 1);
  for (const [place, file] of files.entries()) {
    const words = line.dataset.words ?? "";
    tell(form, words.replace("{number}", String(place + 1)).replace("{total}", String(files.length)));
    if (!(await send(form, input, file))) failed.push(file.name);
  }
  hold(form, -1);
  tell(form, failed.length ? (line.dataset.fault ?? "").replace("{name}", failed.join(", ")) : "");
}

for (const form of document.querySelectorAll("[data-post-form]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  ready(form);
  form.addEventListener("submit", (event) => {
    if (sending) event.preventDefault();
  });
}
document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.matches("[data-post-files]")) sendAll(event.target);
});
