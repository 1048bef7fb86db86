/**
 * Warns before the session ends, and extends it when the person stays.
 *
 * The dialog carries what it needs: `data-idle` seconds of rest allowed, `data-warn-before`, `data-extend` address,
 * `data-leave` address. The time is measured by the clock, not by counting, since a sleeping phone counts nothing.
 * Whoever is typing is there: the session is kept alive at most once a minute (F16).
 */

const warning = document.getElementById("session-warning");

if (warning instanceof HTMLDialogElement) {
  const allowed = Number(warning.dataset.idle) * 1000;
  const before = Number(warning.dataset.warnBefore) * 1000;
  const left = warning.querySelector("[data-left]");
  const spoken = document.getElementById("announce");
  let last = Date.now();
  let asked = last;

  const extend = async () => {
    asked = Date.now();
    const answer = await fetch(warning.dataset.extend ?? "", { headers: { "X-Requested-With": "fetch" }, redirect: "manual" }).catch(
      () => null,
    );
    if (answer?.ok) last = asked;
    return Boolean(answer?.ok);
  };

  const leave = () => location.replace(warning.dataset.leave ?? "/");

  const look = () => {
    const rest = last + allowed - Date.now();
    if (rest <= 0) return leave();
    if (rest > before) return warning.open && warning.close();
    if (!warning.open) warning.showModal();
    const seconds = Math.ceil(rest / 1000);
    if (left) left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (spoken && seconds === 30) spoken.textContent = left?.textContent ?? "";
  };

  warning.querySelector("[data-stay]")?.addEventListener("click", async () => {
    if (await extend()) warning.close();
    else leave();
  });
  warning.addEventListener("cancel", (event) => {
    event.preventDefault();
    void extend().then((stays) => stays && warning.close());
  });
  document.addEventListener("input", () => {
    if (Date.now() - asked > 60_000) void extend();
  });
  // Each answer to htmx is a request of this person, so it moves the end; what a page asks by itself says so, and does not.
  document.addEventListener("htmx:afterRequest", (event) => {
    const detail = /** @type {CustomEvent} */ (event).detail;
    if (detail.successful && !detail.requestConfig?.headers?.["X-Idle"]) last = Date.now();
  });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  setInterval(look, 1000);
}
