import { describe, expect, it, vi } from 'vitest';
import type { Report } from '../../generated/contract';
import { RequestFailure } from '../failure';
import { ben, FollowedWire, message } from '../testing';
import type { Chat } from './chat.svelte';
import { Reports } from './reports.svelte';

function report(seq: number): Report {
  return {
    id: `r${seq}`,
    room: { id: 'room', kind: 'public', name: 'Room' },
    message: message(seq),
    content: `message ${seq}`,
    reason: 'spam',
    reporter: ben,
    createdAt: '2026-01-01T12:00:00.000Z',
    status: 'open',
  };
}

/** What somebody looks at who handles reports of the first two messages. */
async function followed(resolve: () => unknown = () => ({})) {
  const open = [report(1), report(2)];
  const wire = new FollowedWire({
    'reports:list': () => ({ reports: [...open], open: open.length }),
    'report:resolve': resolve,
  });
  const people = { learn: () => undefined, learnFrom: () => undefined };
  const reports = new Reports({ connection: wire, people } as unknown as Chat, undefined);
  reports.follow();
  const shown = () => reports.list.items.map(({ id }) => id);
  await vi.waitFor(() => expect(shown()).toEqual(['r1', 'r2']));
  return { open, wire, reports, shown };
}

describe('reports', () => {
  it('are gone for everybody when the message is hidden or deleted', async () => {
    const { open, wire, shown } = await followed();
    open.shift();
    wire.tell('message:updated', { message: message(1, { hidden: true, content: '' }) });
    await vi.waitFor(() => expect(shown()).toEqual(['r2']));
    open.shift();
    wire.tell('message:deleted', {
      ...{ messageId: 'm2', roomId: 'room', seq: 2, rev: 3, userId: 'ana', counted: false },
    });
    await vi.waitFor(() => expect(shown()).toEqual([]));
  });

  it('are not asked for again when another message changes', async () => {
    const { wire } = await followed();
    const before = wire.asked.length;
    wire.tell('message:updated', { message: message(7) });
    expect(wire.asked.length).toBe(before);
  });

  it('that somebody else resolved first are said to be, and go', async () => {
    const { open, reports, shown } = await followed(() => {
      throw new RequestFailure('conflict', 'resolved');
    });
    open.shift();
    expect(await reports.resolve(report(1), 'dismissed')).toBe(false);
    expect(shown()).toEqual(['r2']);
  });

  it('stay when they could not be resolved', async () => {
    const { reports, shown } = await followed(() => {
      throw RequestFailure.offline();
    });
    await expect(reports.resolve(report(1), 'dismissed')).rejects.toThrow();
    expect(shown()).toEqual(['r1', 'r2']);
  });
});
