import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { panel } from './panel.svelte';

const thread = { name: 'thread', roomId: 'room', rootId: 'm1' } as const;

function showWindow(isNarrow: boolean): void {
  vi.stubGlobal('matchMedia', () => ({ matches: isNarrow }));
}

/** What the browser does when its "back" is used. */
async function goBack(): Promise<void> {
  const gone = new Promise((done) => addEventListener('popstate', done, { once: true }));
  history.back();
  await gone;
}

beforeEach(() => history.replaceState(null, ''));
afterEach(() => {
  panel.drop();
  vi.unstubAllGlobals();
});

it('shows one thing at a time, and leads back to the list that led there', () => {
  showWindow(false);
  panel.open({ name: 'threads' });
  panel.open(thread, { name: 'threads' });
  expect([panel.current, panel.from]).toEqual([thread, { name: 'threads' }]);
  panel.back();
  expect([panel.current, panel.from]).toEqual([{ name: 'threads' }, null]);
  panel.toggle({ name: 'threads' });
  expect(panel.isOpen).toBe(false);
  panel.toggle({ name: 'inbox' });
  expect(panel.shows('inbox')).toBe(true);
});

it('goes on with what is open when another reply of it is wanted', () => {
  showWindow(false);
  panel.open(thread, { name: 'inbox' });
  const { visits } = panel;
  panel.open({ ...thread, seq: 7 });
  expect([panel.current, panel.from]).toEqual([{ ...thread, seq: 7 }, { name: 'inbox' }]);
  expect(panel.visits).toBe(visits + 1);
});

it('is left by the browser’s back where it covers the page', async () => {
  showWindow(true);
  panel.open({ name: 'inbox' });
  panel.open(thread, { name: 'inbox' });
  await goBack();
  expect(panel.current).toEqual({ name: 'inbox' });
  await goBack();
  expect(panel.isOpen).toBe(false);
});

it('makes way for what it led to, and is there again with "back"', async () => {
  showWindow(true);
  panel.open({ name: 'inbox' });
  panel.makeWay();
  expect(panel.isOpen).toBe(false);
  history.pushState(null, '', '/rooms/room');
  await goBack();
  expect(panel.current).toEqual({ name: 'inbox' });
  showWindow(false);
  panel.makeWay();
  expect(panel.shows('inbox')).toBe(true);
});
