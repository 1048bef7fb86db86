/**
 * Light, dark or as the device. The choice is a cookie that the server reads, so that no page flashes in the other theme.
 */

const A_YEAR = 365 * 24 * 3600;

for (const part of document.querySelectorAll("[data-theme-switch]")) {
  if (part instanceof HTMLElement) part.hidden = false;
  part.addEventListener("change", (event) => {
    const chosen = /** @type {HTMLInputElement} */ (event.target).value;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${chosen}; Path=/; Max-Age=${chosen ? A_YEAR : 0}; SameSite=Lax${secure}`;
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
  });
}
