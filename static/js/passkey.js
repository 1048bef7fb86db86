/**
 * Passkeys: asks the device for one, puts its answer into the form, and sends the form.
 *
 * A form carries `data-passkey` create | get; what the device is asked stands in #passkey-options, or is fetched from
 * `data-ask` at the press (a login page may stand open for hours, and a challenge does not live as long).
 * A form that is `hidden` shows itself, and a button that is `disabled` can be pressed, once this is ready and where the
 * browser knows passkeys: nobody is offered what cannot work.
 * No imports or exports: the served bundle joins these files (portal/views/assets.py).
 */

const knows = "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<any>}
 */
async function options(form) {
  if (!form.dataset.ask) return JSON.parse(document.getElementById("passkey-options")?.textContent ?? "{}");
  const answer = await fetch(form.dataset.ask, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new TypeError("no answer");
  return answer.json();
}

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<Credential | null>}
 */
async function ask(form) {
  const asked = await options(form);
  if (form.dataset.passkey === "get") {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.request_options.publicKey);
    return navigator.credentials.get({ publicKey });
  }
  const wanted = asked.creation_options.publicKey;
  wanted.authenticatorSelection = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(wanted) });
}

/** @param {unknown} fault */
function name(fault) {
  if (fault instanceof TypeError) return "away";
  return fault instanceof DOMException && fault.name === "InvalidStateError" ? "known" : "stopped";
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  if (knows) form.hidden = false;
  form.querySelector("[data-passkey-missing]")?.toggleAttribute("hidden", knows);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const problems = /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-problem]"));
    const field = form.elements.namedItem("credential");
    for (const problem of problems) problem.hidden = true;
    ask(form)
      .then((credential) => {
        if (!credential || !(field instanceof HTMLInputElement)) throw new DOMException("nothing", "NotAllowedError");
        field.value = JSON.stringify(credential);
        form.submit();
      })
      .catch((fault) => {
        for (const problem of problems) problem.hidden = problem.dataset.problem !== name(fault);
      });
  });
  for (const button of form.querySelectorAll("button")) button.disabled &&= !knows;
}
