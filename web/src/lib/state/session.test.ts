import 'fake-indexeddb/auto';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Me } from '../../generated/contract';
import { ana } from '../testing';
import { database } from './database';
import type { Overview } from './last-known';
import { HINT, Session } from './session.svelte';

const me = { ...ana, role: 'member', status: 'active' } as unknown as Me;
const TOKEN = `x.${btoa(JSON.stringify({ iat: 0, exp: 900 }))}.x`;

function answer(status: number, body: unknown): Promise<Response> {
  return Promise.resolve(new Response(JSON.stringify(body), { status }));
}

const granted = () =>
  answer(200, { success: true, user: me, accessToken: TOKEN, sessionId: 'here' });

async function keep(userId: string): Promise<void> {
  const overview = { userId, me, epoch: 'epoch', serverVersion: '1', rooms: [] };
  await (await database()).put('overviews', overview as unknown as Overview);
}

beforeEach(async () => {
  localStorage.clear();
  await (await database()).clear('overviews');
  vi.stubGlobal('fetch', vi.fn());
});

it('begins with what was known last while the server cannot be reached', async () => {
  localStorage.setItem(HINT, me.id);
  await keep(me.id);
  vi.mocked(fetch).mockRejectedValue(new TypeError('no network'));
  const session = new Session();
  await session.restore();
  expect([session.status, session.user, session.lastKnown?.me]).toEqual(['authenticated', me, me]);
  vi.mocked(fetch).mockImplementation(granted);
  await session.refresh();
  expect([session.status, session.id, session.lastKnown]).toEqual([
    'authenticated',
    'here',
    undefined,
  ]);
});

it('does not let anybody wait for a server that takes long', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  localStorage.setItem(HINT, me.id);
  await keep(me.id);
  vi.mocked(fetch).mockReturnValue(new Promise(() => undefined));
  const session = new Session();
  const restored = session.restore();
  await vi.advanceTimersByTimeAsync(3000);
  vi.useRealTimers();
  await restored;
  expect(session.status).toBe('authenticated');
});

it('says that there is no server where the browser refuses its disk', async () => {
  localStorage.setItem(HINT, me.id);
  vi.mocked(fetch).mockRejectedValue(new TypeError('no network'));
  const refuse = vi.spyOn(await database(), 'transaction').mockImplementation(() => {
    throw new DOMException('the disk is refused', 'InvalidStateError');
  });
  const session = new Session();
  await session.restore();
  refuse.mockRestore();
  expect(session.status).toBe('unreachable');
});

it('shows nothing of anybody but who was logged in', async () => {
  localStorage.setItem(HINT, 'ben');
  await keep(me.id);
  vi.mocked(fetch).mockRejectedValue(new TypeError('no network'));
  const session = new Session();
  await session.restore();
  expect([session.status, session.user]).toEqual(['unreachable', null]);
});

it.each(['a session that is over', 'no session'])(
  'leaves nothing behind with %s',
  async (which) => {
    if (which !== 'no session') localStorage.setItem(HINT, me.id);
    await keep(me.id);
    const error = { code: 'unauthenticated', message: 'over' };
    vi.mocked(fetch).mockImplementation(() => answer(401, { success: false, error }));
    const session = new Session();
    await session.restore();
    expect([session.status, localStorage.getItem(HINT)]).toEqual(['anonymous', null]);
    await vi.waitFor(async () => {
      expect(await (await database()).getAll('overviews')).toEqual([]);
    });
  },
);

it('asks for the second step without beginning anything, and begins with the right code', async () => {
  const secondFactor = { ticket: 'q3Xh', expiresAt: '2026-11-21T06:41:42.000Z' };
  const session = new Session();
  vi.mocked(fetch).mockReturnValueOnce(answer(200, { success: true, secondFactor }));
  expect(await session.logIn({ username: 'ana', password: 'x' })).toEqual(secondFactor);
  expect([session.status, session.user, localStorage.getItem(HINT)]).toEqual([
    'restoring',
    null,
    null,
  ]);
  vi.mocked(fetch).mockImplementationOnce(granted);
  await session.finishLogIn({ ticket: 'q3Xh', code: '123456' });
  expect([session.status, session.user]).toEqual(['authenticated', me]);
});

it('lets nobody in whose second factor is due, until it is there', async () => {
  const session = new Session();
  const due = { success: true, user: me, accessToken: TOKEN, sessionId: 'here' };
  vi.mocked(fetch).mockReturnValueOnce(answer(200, { ...due, twoFactorDue: true }));
  expect(await session.logIn({ username: 'ana', password: 'x' })).toBeUndefined();
  expect(session.status).toBe('due');
  vi.mocked(fetch).mockImplementationOnce(granted);
  await session.refresh();
  expect(session.status).toBe('authenticated');
});
