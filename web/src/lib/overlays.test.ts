import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cover, pushEntry } from './overlays';
import { router } from './state/router.svelte';

/** How often the browser was sent back, and how often it has arrived: counted before anybody else hears of it. */
const ways = vi.hoisted(() => {
  const counted = { begun: 0, done: 0 };
  const back = history.back.bind(history);
  history.back = () => {
    counted.begun += 1;
    back();
  };
  addEventListener('popstate', () => (counted.done += 1), true);
  return counted;
});

/** What the browser does when its "back" is used. */
async function goBack(): Promise<void> {
  history.back();
  await settled();
}

/** All timers that wait by now have run. */
function timers(): Promise<void> {
  return new Promise((done) => setTimeout(done));
}

/** The browser is not on its way back, and what follows from its arrival has been done. */
async function settled(): Promise<void> {
  await timers();
  await vi.waitFor(() => expect(ways.done).toBe(ways.begun), { interval: 1 });
  await timers();
}

/** Something that is opened, and says when it was closed. */
function opened(name: string, closed: string[]): () => void {
  let uncover: () => void = () => undefined;
  const close = () => {
    closed.push(name);
    uncover();
  };
  uncover = cover(close);
  return close;
}

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  history.replaceState(null, '', '/');
  router.go('/rooms/one');
});

afterEach(async () => {
  await settled();
  vi.unstubAllGlobals();
});

it('closes exactly what lies on top, and leaves the page with the next', async () => {
  const closed: string[] = [];
  opened('sheet', closed);
  opened('picker', closed);
  const { visits } = router;
  await goBack();
  expect(closed).toEqual(['picker']);
  await goBack();
  expect(closed).toEqual(['picker', 'sheet']);
  expect([location.pathname, router.visits]).toEqual(['/rooms/one', visits]);
  await goBack();
  expect(location.pathname).toBe('/');
  expect(router.route).toEqual({ page: 'chat' });
});

it('leaves nothing in the history of what was closed by itself', async () => {
  const closed: string[] = [];
  opened('menu', closed)();
  // What a menu opens takes its place.
  const close = opened('dialog', closed);
  await settled();
  close();
  await settled();
  expect([location.pathname, history.state]).toEqual(['/rooms/one', null]);
  await goBack();
  expect(location.pathname).toBe('/');
});

it('makes way for the page that was chosen in it', async () => {
  const close = opened('switcher', []);
  router.go('/rooms/two');
  close();
  await settled();
  await goBack();
  expect(location.pathname).toBe('/rooms/one');
  const closeMenu = opened('menu', []);
  pushEntry({ panel: 'members' });
  closeMenu();
  await settled();
  expect(history.state).toEqual({ panel: 'members' });
  await goBack();
  expect([location.pathname, history.state]).toEqual(['/rooms/one', null]);
});

it('shows the page that is chosen while its mark is being taken back', async () => {
  opened('menu', [])();
  // By now the browser is on its way back, and has not arrived.
  await timers();
  router.go('/rooms/two');
  expect(router.route).toMatchObject({ roomId: 'two' });
  await settled();
  expect([location.pathname, history.state]).toEqual(['/rooms/two', null]);
  await goBack();
  expect([location.pathname, router.route]).toEqual([
    '/rooms/one',
    { page: 'chat', roomId: 'one' },
  ]);
  opened('menu', [])();
  await timers();
  router.go('/rooms/three', 'replace');
  await settled();
  expect(location.pathname).toBe('/rooms/three');
  await goBack();
  expect(location.pathname).toBe('/');
});

it('goes back once from what is closed together', async () => {
  const closed: string[] = [];
  const closeDialog = opened('dialog', closed);
  const closeQuestion = opened('question', closed);
  const { begun } = ways;
  closeQuestion();
  closeDialog();
  await settled();
  expect([ways.begun - begun, location.pathname, history.state]).toEqual([1, '/rooms/one', null]);
});

it('does not change the address when the page is chosen that is shown', async () => {
  const close = opened('switcher', []);
  router.go('/rooms/one');
  close();
  await settled();
  await goBack();
  expect(location.pathname).toBe('/');
});

it('does nothing on a desk', () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
  const { length } = history;
  opened('dialog', []);
  expect([history.length, history.state]).toEqual([length, null]);
});
