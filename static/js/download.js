/**
 * Fetches the file that a form makes, and then says on the page that it is there: an ordinary form would stand as if
 * nothing had happened, and a second press would make everything again. Without this script the server asks first.
 *
 * `data-download="id"` on the submit button names the hidden part that takes the form's place; a link in it with
 * `download` gives the file again. `data-busy` on the button is what is said meanwhile.
 */

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const button = event.submitter;
  const done = document.getElementById(button?.dataset.download ?? "");
  const again = done?.querySelector("a[download]");
  if (!button || !done || !(again instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  if (button.classList.contains("button-busy")) return;
  button.classList.add("button-busy");
  button.setAttribute("aria-disabled", "true");
  const announce = document.getElementById("announce");
  if (announce) announce.textContent = button.dataset.busy ?? "";
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (answer.redirected) return location.assign(answer.url);
    if (!answer.headers.get("Content-Type")?.startsWith("text/html")) {
      again.href = URL.createObjectURL(await answer.blob());
      again.click();
      form.remove();
      done.hidden = false;
      done.focus();
      return;
    }
    // Refused: the page that says why takes this one's place.
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [old, main] = [document.querySelector("main"), page.querySelector("main")];
    if (!old || !main) return location.reload();
    old.replaceWith(main);
    const wrong = main.querySelector("[data-focus]");
    if (wrong instanceof HTMLElement) wrong.focus();
  } catch {
    form.submit(); // the browser says what is wrong with the network
  }
});
