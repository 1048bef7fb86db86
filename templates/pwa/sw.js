{% load look %}{% comment %}Served from /sw.js as text/javascript.{% endcomment %}/*
 * Keeps the offline page, its stylesheet and its icons: nothing else, and never anything personal.
 * Its text changes with the stylesheet's digest, and so the browser takes the new one.
 * Shows that there is something new, which is all that a pushed notice says, and opens the portal at a press.
 */
const KEPT = "kapprummet-{% asset "kapprummet.css" %}";
const OFFLINE = "/offline/";
const PARTS = [OFFLINE, "{% asset "kapprummet.css" %}", "{% asset "icons.svg" %}"];

self.addEventListener("install", (event) => {
  // What is sent does not come here, where the browser can be told so: the last words of a page that is left were lost
  // on the way (static/js/said/draft.js).
  event.addRoutes?.({ condition: { requestMethod: "POST" }, source: "network" });
  event.waitUntil(
    caches
      .open(KEPT)
      .then((kept) => kept.addAll(PARTS.map((part) => new Request(part, { cache: "reload", credentials: "omit" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("kapprummet-") && name !== KEPT).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE).then((page) => page ?? Response.error())));
  } else if (PARTS.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request).then((part) => part ?? fetch(request)));
  }
});

const SHOWN = { tag: "kapprummet", icon: "{% asset "icon-192.png" %}", badge: "{% asset "icon-192.png" %}" };

/** One sign at most, however much is new; what is sent again after a fault does not sound again. */
async function show({ text, lang, id }) {
  const before = await self.registration.getNotifications({ tag: SHOWN.tag });
  const isNew = !before.some((shown) => shown.data?.id === id);
  await self.registration.showNotification("Kapprummet", { ...SHOWN, body: text, lang, dir: "auto", renotify: isNew, data: { id } });
}

self.addEventListener("push", (event) => {
  if (event.data) event.waitUntil(show(event.data.json()));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then(([open]) => (open ? open.focus().then((page) => page.navigate("/")) : self.clients.openWindow("/"))),
  );
});
