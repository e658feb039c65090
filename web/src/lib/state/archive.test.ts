import { beforeEach, expect, it, vi } from 'vitest';
import type { Archive } from '../../generated/contract';
import { FollowedWire } from '../testing';
import { archiveAddress, archiveOf } from './archive.svelte';
import type { Chat } from './chat.svelte';
import { toasts } from './toasts.svelte';

const making: Archive = {
  of: 'room',
  roomId: 'room',
  name: 'Study',
  state: 'making',
  askedAt: '2026-01-01T12:00:00.000Z',
};
const ready: Archive = { ...making, state: 'ready', fileName: 'Study 100%.zip', bytes: 5 };

/** What the server is asked, and the archive of somebody whose connection a test has. */
function asked(answers: Record<string, unknown>) {
  const wire = new FollowedWire({});
  const request = vi.fn((method: string) => Promise.resolve(answers[method]));
  const chat = { connection: wire, session: { request } } as unknown as Chat;
  return { wire, request, chat, archive: archiveOf(chat) };
}

beforeEach(() => toasts.shown.forEach(({ id }) => toasts.end(id)));

it('is asked for in the reader’s language and time, and followed until it is ready', async () => {
  const { wire, request, archive } = asked({ GET: {}, POST: { archive: making } });
  const end = archive.watch();
  await archive.load();
  expect([archive.isKnown, archive.current]).toEqual([true, undefined]);
  await archive.make('room');
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  expect(request).toHaveBeenLastCalledWith('POST', '/me/archive', {
    language: 'en',
    timeZone,
    roomId: 'room',
  });
  expect(archive.isUnderWay).toBe(true);
  wire.tell('archive:updated', { archive: ready });
  expect([archive.isUnderWay, archive.current]).toEqual([false, ready]);
  // They see it.
  expect(toasts.shown).toEqual([]);
  end();
  wire.tell('archive:updated', {});
  expect(archive.current).toEqual(ready);
});

it('is told of once to whoever has looked away meanwhile', async () => {
  const { wire, archive } = asked({ POST: { archive: making } });
  const end = archive.watch();
  await archive.make();
  end();
  wire.tell('archive:updated', { archive: ready });
  expect(toasts.shown).toHaveLength(1);
  expect(toasts.shown[0]?.offer).toBeDefined();
  wire.tell('archive:updated', { archive: { ...making, state: 'failed', problem: 'fault' } });
  expect(archive.current).toEqual(ready);
});

it('is gone when it was ended, and is one for everybody who asks', async () => {
  const { archive, chat } = asked({ POST: { archive: making }, DELETE: {} });
  const end = archive.watch();
  await archive.make();
  await archive.discard();
  expect([archive.isKnown, archive.current]).toEqual([true, undefined]);
  expect(archiveOf(chat)).toBe(archive);
  end();
});

it('stays as it was heard of when an answer comes later', async () => {
  const answer: Record<string, (what: unknown) => void> = {};
  const later = (method: string) => new Promise((done) => (answer[method] = done));
  const { wire, archive } = asked({ GET: later('GET'), POST: later('POST') });
  const end = archive.watch();
  const waiting: Archive = { ...making, state: 'waiting' };
  const made = archive.make('room');
  for (const heard of [waiting, making, ready]) wire.tell('archive:updated', { archive: heard });
  answer.POST?.({ archive: waiting });
  await made;
  expect(archive.current).toEqual(ready);

  const loaded = archive.load();
  wire.tell('archive:updated', {});
  answer.GET?.({ archive: ready });
  await loaded;
  expect([archive.isKnown, archive.current]).toEqual([true, undefined]);
  end();
});

it('has an address whatever it is called', () => {
  expect(archiveAddress(ready)).toMatch(/\/api\/v1\/files\/archive\/Study%20100%25\.zip$/);
});
