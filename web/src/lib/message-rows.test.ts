import { describe, expect, it } from 'vitest';
import { messageRows, type Row } from './message-rows';
import type { Outgoing } from './state/outgoing';
import { ana, ben, message } from './testing';

const plain = { atStart: false, firstUnreadSeq: null, me: ana };
const at = (minute: number, second = 0) => new Date(2026, 0, 1, 12, minute, second).toISOString();

function outgoing(changes: Partial<Outgoing> = {}): Outgoing {
  return {
    clientMessageId: 'c1',
    order: 'c1',
    userId: 'ana',
    roomId: 'room',
    content: 'on its way',
    createdAt: at(1),
    state: 'pending',
    ...changes,
  };
}

function heads(rows: Row[]): boolean[] {
  return rows.map((row) => row.kind !== 'start' && row.isHead);
}

describe('the rows of a room', () => {
  it('group one author’s messages within five minutes', () => {
    const rows = messageRows(
      [
        message(1, { createdAt: at(0) }),
        message(2, { createdAt: at(5) }),
        message(3, { createdAt: at(10, 1) }),
        message(4, { createdAt: at(11), user: ben }),
      ],
      [],
      plain,
    );
    expect(heads(rows)).toEqual([true, false, true, true]);
  });

  it('name each day once, and begin a group with it', () => {
    const rows = messageRows(
      [
        message(1, { createdAt: new Date(2026, 0, 1, 23, 59).toISOString() }),
        message(2, { createdAt: new Date(2026, 0, 2, 0, 1).toISOString() }),
        message(3, { createdAt: new Date(2026, 0, 2, 0, 2).toISOString() }),
      ],
      [],
      plain,
    );
    expect(rows.map((row) => row.kind !== 'start' && row.day !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
    expect(heads(rows)).toEqual([true, true, false]);
  });

  it('divide at the first unread message, or at the next that is shown', () => {
    const rows = messageRows(
      [message(1), message(2, { threadRoot: 'm1' }), message(3), message(4)],
      [],
      { ...plain, atStart: true, firstUnreadSeq: 2 },
    );
    expect(rows.map((row) => row.kind !== 'start' && row.isFirstUnread)).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it('divide where somebody wrote: who came is not counted as unread', () => {
    const came = { kind: 'system', system: { event: 'joined' }, content: '' } as const;
    const rows = messageRows([message(1), message(2, came), message(3)], [], {
      ...plain,
      firstUnreadSeq: 2,
    });
    const divided = rows.map((row) => row.kind !== 'start' && row.isFirstUnread);
    expect(divided).toEqual([false, false, true]);
  });

  it('tell in one row of those who joined one after another, on one day', () => {
    const came = (seq: number, day = 1) =>
      message(seq, {
        ...{ kind: 'system', system: { event: 'joined' }, content: '' },
        createdAt: new Date(2026, 0, day, 12, seq).toISOString(),
      });
    const written = message(4, { createdAt: new Date(2026, 0, 1, 12, 4).toISOString() });
    const rows = messageRows([came(1), came(2), came(3), written, came(5), came(6, 2)], [], plain);
    const told = rows.map((row) => [
      row.kind,
      row.kind === 'system' ? (row.more ?? []).map(({ seq }) => seq) : null,
    ]);
    expect(told).toEqual([
      ['system', [2, 3]],
      ['message', null],
      ['system', []],
      ['system', []],
    ]);
  });

  it('leave thread replies out', () => {
    const rows = messageRows([message(1), message(2, { threadRoot: 'm1' })], [], plain);
    expect(rows).toHaveLength(1);
  });

  it('keep a message’s key while it turns from outgoing to stored', () => {
    const before = messageRows([], [outgoing()], plain);
    const after = messageRows([message(1, { clientMessageId: 'c1' })], [outgoing()], plain);
    expect(after).toHaveLength(1);
    expect(after[0]?.key).toBe(before[0]?.key);
  });

  it('foresee what an outgoing message will be, and do so once', () => {
    const one = outgoing({ replyTo: 'm1' });
    const [row] = messageRows([], [one], plain);
    expect(row).toMatchObject({ kind: 'message', outgoing: one });
    expect(row?.kind === 'message' && row.message).toMatchObject({
      ...{ user: ana, content: 'on its way', replyTo: 'm1' },
    });
    const [again] = messageRows([], [one], plain);
    expect(again?.kind === 'message' && again.message).toBe(row?.kind === 'message' && row.message);
  });

  it('leave out what was sent and lies above the newest message', () => {
    const sent = outgoing({ state: 'sent', seq: 3 });
    expect(messageRows([message(2)], [sent], plain)).toHaveLength(2);
    expect(messageRows([message(3)], [sent], plain)).toHaveLength(1);
  });
});

describe('the rows of a thread', () => {
  const root = message(1, { thread: { replies: 2, lastSeq: 3, lastAt: at(2), participants: [] } });
  const reply = message(2, { threadRoot: 'm1', createdAt: at(1) });
  const loud = message(3, { threadRoot: 'm1', alsoInRoom: true, createdAt: at(2) });
  const ids = (rows: Row[]) => rows.map((row) => row.kind !== 'start' && row.message.id);

  it('are not in the room, but for those that were sent there, too', () => {
    const rows = messageRows([root, reply, loud, message(4, { createdAt: at(3) })], [], plain);
    expect(ids(rows)).toEqual(['m1', 'm3', 'm4']);
    expect(heads(rows)).toEqual([true, true, false]);
  });

  it('begin with what they are about, which is never among the unread', () => {
    const options = { ...plain, atStart: true, firstUnreadSeq: 1, threadRoot: 'm1' };
    const rows = messageRows([root, reply, loud], [], options);
    expect(ids(rows)).toEqual(['m1', 'm2', 'm3']);
    expect(rows.map((row) => row.kind !== 'start' && row.isFirstUnread)).toEqual([
      ...[false, true, false],
    ]);
    expect(heads(rows)).toEqual([true, true, false]);
  });
});
