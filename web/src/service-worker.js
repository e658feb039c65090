// Keeps the client's own files, so that it starts without a network. What people write and read never
// passes through here. Names of files are filled in by offline.plugin.ts.

/** `/`, or the path below which the server is reached. Caches are shared with all that its host serves. */
const BASE = new URL('.', self.location).pathname;
const CACHE = `maru-__BUILD__${BASE}`;
const FILES = ['__FILES__'].map((name) => BASE + name);

/** A page that takes longer to come is shown as it was kept. */
const PATIENCE_MS = 4000;

self.addEventListener('install', (event) => {
  const fresh = [BASE, ...FILES].map((path) => new Request(path, { cache: 'no-cache' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(removeOldCaches().then(() => self.clients.claim()));
});

// A new version waits until no page of the old one is left, or until the user takes it up.
self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (['api/', 'socket.io/'].some((door) => pathname.startsWith(BASE + door))) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (pathname.startsWith(`${BASE}assets/`)) event.respondWith(asset(request));
  else if (FILES.includes(pathname)) event.respondWith(newest(request));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.path));
});

async function removeOldCaches() {
  const names = await caches.keys();
  const old = names.filter((name) => /^maru-\w+(.*)$/.exec(name)?.[1] === BASE && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** The page as the server has it; the kept one when there is no server, or only a proxy's excuse. */
async function page(request) {
  const kept = await caches.match(BASE);
  if (!kept) return fetch(request);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.status >= 500 ? kept : response;
  } catch {
    return kept;
  }
}

/** The hash in its name says that it never changes. */
async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(CACHE);
    await cache.put(request, response.clone());
  }
  return response;
}

async function newest(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}

/** Leads a page that is open to the message, or opens one. */
async function show(path) {
  const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const pages = all.filter(({ url }) => new URL(url).pathname.startsWith(BASE));
  const open = pages.find(({ focused }) => focused) ?? pages[0];
  if (!open) {
    await self.clients.openWindow(path);
    return;
  }
  open.postMessage({ open: path });
  await open.focus();
}
