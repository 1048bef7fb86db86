/** Makes the page installable, and gives a kind page without network. A browser that cannot, need not. */

if ("serviceWorker" in navigator && window.isSecureContext) {
  addEventListener("load", () => void navigator.serviceWorker.register("/sw.js").catch(() => undefined));
}
