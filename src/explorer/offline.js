// A service worker: keeps the site's files, so that every view opens without a network. It answers for these files alone.

const CACHE = "isoflop-/*VERSION*/";
const FILES = [
  /*FILES*/
];
const mine = new Set(FILES.map((file) => new URL(file, self.registration.scope).href));

self.addEventListener("install", (event) => {
  // from the server: what the browser keeps may be an older build's
  const fresh = FILES.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((name) => name.startsWith("isoflop-") && name !== CACHE).map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = request.url.replace(/[?#].*$/, "");
  if (request.method !== "GET" || !mine.has(url)) return;
  const kept = () => caches.match(url, { cacheName: CACHE });
  const named = url.includes("/assets/");
  event.respondWith(
    named
      ? kept().then((found) => found ?? fetch(request))
      : fetch(request).catch(async (error) => (await kept()) ?? Promise.reject(error)),
  );
});
