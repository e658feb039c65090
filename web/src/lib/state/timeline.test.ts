import { describe, expect, it, vi } from 'vitest';
import type { Message, ReadHistory, ReadHistoryAck } from '../../generated/contract';
import { ana, ben, message } from '../testing';
import { Timeline } from './timeline.svelte';

type Question = Omit<ReadHistory, 'roomId'>;

/** A timeline over a room of `stored` messages, whose pages hold `page` of them. */
function timelineOver(stored: Message[], page = 3) {
  const held: (() => void)[] = [];
  let isHeld = false;
  const ask = async ({ before, after, around }: Question): Promise<ReadHistoryAck> => {
    const answer = answerTo(stored, page, { before, after, around });
    if (isHeld) await new Promise<void>((go) => held.push(go));
    return answer;
  };
  const timeline = new Timeline('ana', ask, () => undefined);
  return {
    timeline,
    hold: () => (isHeld = true),
    release: () => held.splice(0).forEach((go) => go()),
  };
}

function answerTo(stored: Message[], page: number, { before, after, around }: Question) {
  if (after !== undefined) {
    const rest = stored.filter(({ seq }) => seq > after);
    return { messages: rest.slice(0, page), hasMore: rest.length > page };
  }
  if (around !== undefined) {
    const near = stored.filter(({ seq }) => Math.abs(seq - around) <= 1);
    return { messages: near, hasMore: true };
  }
  const rest = stored.filter(({ seq }) => seq < (before ?? Infinity));
  return { messages: rest.slice(-page), hasMore: rest.length > page };
}

const nextFrame = () => new Promise((done) => requestAnimationFrame(done));

const five = [1, 2, 3, 4, 5].map((seq) => message(seq));
const seqs = (timeline: Timeline) => timeline.messages.map(({ seq }) => seq);

describe('a timeline', () => {
  it('goes on with the newest messages when all that it shows were past their time', async () => {
    const { timeline } = timelineOver(five);
    await timeline.open(1);
    expect([seqs(timeline), timeline.atEnd]).toEqual([[1, 2], false]);
    timeline.expire(4);
    expect(seqs(timeline)).toEqual([]);
    await vi.waitFor(() => expect(seqs(timeline)).toEqual([3, 4, 5]));
    expect([timeline.status, timeline.atEnd]).toEqual(['ready', true]);
  });

  it('opens at the newest messages and loads older ones until the first', async () => {
    const { timeline } = timelineOver(five);
    await timeline.open();
    expect(seqs(timeline)).toEqual([3, 4, 5]);
    expect(timeline.atStart).toBe(false);
    await timeline.loadOlder();
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5]);
    expect(timeline.atStart).toBe(true);
  });

  it('opens around a message, and appends nothing until the newest is loaded', async () => {
    const { timeline } = timelineOver(five);
    await timeline.open(2);
    timeline.receive(message(6));
    expect(seqs(timeline)).toEqual([1, 2, 3]);
    await timeline.loadNewer();
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5]);
    expect(timeline.atEnd).toBe(true);
    timeline.receive(message(6));
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('keeps the newest rev of a message, in whatever order changes arrive', async () => {
    const { timeline } = timelineOver(five);
    await timeline.open();
    timeline.receive(message(4, { rev: 9, content: 'newest' }));
    timeline.receive(message(4, { rev: 8, content: 'older' }));
    expect(timeline.find('m4')?.content).toBe('newest');
  });

  it('puts what was missed into its place', async () => {
    const { timeline } = timelineOver(five);
    await timeline.open();
    timeline.receive(message(8));
    timeline.catchUp([message(7), message(6), message(2, { rev: 10 })]);
    expect(seqs(timeline)).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it('turns a deleted message into a tombstone without what it said', async () => {
    const { timeline } = timelineOver([
      message(1, { reactions: [{ emoji: '👍', count: 1, users: ['ben'] }] }),
    ]);
    await timeline.open();
    timeline.remove({ roomId: 'room', messageId: 'm1', seq: 1, rev: 2, userId: 'ana' });
    expect(timeline.messages[0]).toMatchObject({
      deleted: true,
      content: '',
      reactions: [],
      rev: 2,
    });
  });

  it('keeps answered messages as they are now, wherever they stand', () => {
    const { timeline } = timelineOver([]);
    timeline.originals.set('m1', message(1)).set('m2', message(2)).set('m3', null);
    timeline.receive(message(1, { rev: 9, content: 'edited' }));
    timeline.receive(message(1, { rev: 8, content: 'older' }));
    timeline.receive(message(7));
    timeline.remove({ roomId: 'room', messageId: 'm2', seq: 2, rev: 10, userId: 'ana' });
    timeline.remove({ roomId: 'room', messageId: 'm8', seq: 8, rev: 11, userId: 'ana' });
    expect(timeline.originals.get('m1')?.content).toBe('edited');
    expect(timeline.originals.get('m2')).toMatchObject({ deleted: true, content: '' });
    expect([...timeline.originals.keys()]).toEqual(['m1', 'm2', 'm3']);
    timeline.forget();
    expect(timeline.originals.size).toBe(0);
  });

  it('lets a streamed message grow in order, whatever comes twice or too early', async () => {
    const begun = message(1, {
      kind: 'stream',
      content: '',
      stream: { state: 'open', nextIndex: 0 },
    });
    const { timeline } = timelineOver([begun]);
    await timeline.open();
    const fed = { roomId: 'room', messageId: 'm1' };
    timeline.grow({ ...fed, index: 0, chunk: '안녕' });
    timeline.grow({ ...fed, index: 0, chunk: '안녕' });
    timeline.grow({ ...fed, index: 2, chunk: '!' });
    timeline.grow({ ...fed, index: 1, chunk: '하세요' });
    await nextFrame();
    expect(timeline.find('m1')).toMatchObject({
      content: '안녕하세요!',
      stream: { nextIndex: 3 },
    });
  });

  it('keeps parts that come before their message, and asks for one that is missing', async () => {
    const so = (content: string, nextIndex: number, changes: Partial<Message> = {}) =>
      message(6, { kind: 'stream', content, stream: { state: 'open', nextIndex }, ...changes });
    const stored = [...five];
    const { timeline } = timelineOver(stored);
    await timeline.open();
    const fed = { roomId: 'room', messageId: 'm6' };
    timeline.grow({ ...fed, index: 1, chunk: 'b' });
    timeline.receive(so('a', 1));
    await nextFrame();
    expect(timeline.find('m6')?.content).toBe('ab');

    // Chunk 2 is lost; the server has it.
    stored.push(so('abcd', 4));
    timeline.grow({ ...fed, index: 3, chunk: 'd' });
    await nextFrame();
    await vi.waitFor(() => expect(timeline.find('m6')?.content).toBe('abcd'));

    // A change of something else does not take back what has come meanwhile.
    timeline.receive(so('abc', 3, { rev: 7, pinned: true }));
    expect(timeline.find('m6')).toMatchObject({ content: 'abcd', pinned: true });
    timeline.receive(so('whole', 4, { rev: 8, stream: { state: 'done', nextIndex: 4 } }));
    timeline.grow({ ...fed, index: 4, chunk: 'late' });
    await nextFrame();
    expect(timeline.find('m6')?.content).toBe('whole');
  });

  it('applies what it hears while a page is under way', async () => {
    const { timeline, hold, release } = timelineOver(five);
    await timeline.open();
    hold();
    const loading = timeline.loadOlder();
    timeline.remove({ roomId: 'room', messageId: 'm1', seq: 1, rev: 7, userId: 'ana' });
    release();
    await loading;
    expect(timeline.find('m1')?.deleted).toBe(true);
  });

  it('does not lose a message that arrives while the first page is under way', async () => {
    const { timeline, hold, release } = timelineOver(five);
    hold();
    const opening = timeline.open();
    timeline.receive(message(6));
    release();
    await opening;
    expect(seqs(timeline)).toEqual([3, 4, 5, 6]);
  });

  it('shows the first message of an empty room', async () => {
    const { timeline } = timelineOver([]);
    await timeline.open();
    timeline.receive(message(1));
    expect(seqs(timeline)).toEqual([1]);
  });

  it('lets go of what its reader is far from, and loads it again', async () => {
    const { timeline } = timelineOver(five);
    await timeline.open();
    await timeline.loadOlder();
    timeline.trim('newer', 3);
    expect([seqs(timeline), timeline.atEnd]).toEqual([[1, 2, 3], false]);
    timeline.receive(message(6));
    expect(seqs(timeline)).toEqual([1, 2, 3]);
    await timeline.loadNewer();
    timeline.trim('older', 3);
    expect([seqs(timeline), timeline.atStart]).toEqual([[3, 4, 5], false]);
  });

  it('makes no hole when it is trimmed while a page is under way', async () => {
    const { timeline, hold, release } = timelineOver(five);
    await timeline.open();
    hold();
    const loading = timeline.loadOlder();
    timeline.trim('older', 2);
    release();
    await loading;
    expect(seqs(timeline)).toEqual([4, 5]);
  });

  it('does not grow without end while nobody looks at it', async () => {
    const { timeline } = timelineOver([]);
    await timeline.open();
    for (let seq = 1; seq <= 1000; seq += 1) timeline.receive(message(seq));
    expect(timeline.messages.length).toBeLessThanOrEqual(240);
    expect(timeline.messages.at(-1)?.seq).toBe(1000);
    expect(timeline.atStart).toBe(false);
  });

  it('keeps its newest for the next visit, but no old history', async () => {
    const stored = Array.from({ length: 300 }, (_, index) => message(index + 1));
    const { timeline } = timelineOver(stored, 200);
    await timeline.open();
    timeline.show()();
    expect(timeline.messages).toHaveLength(120);
    await timeline.open(100);
    timeline.show()();
    expect([timeline.status, timeline.messages]).toEqual(['empty', []]);
  });

  it('knows which places it covers', async () => {
    const { timeline } = timelineOver(five);
    await timeline.open(3);
    expect([1, 2, 3, 4, 5].map((seq) => timeline.covers(seq))).toEqual([
      ...[false, true, true, true, false],
    ]);
    await timeline.open();
    expect([timeline.covers(2), timeline.covers(99)]).toEqual([false, true]);
  });

  it('may be opened again after it failed', async () => {
    let isBroken = true;
    const ask = async () => {
      if (isBroken) throw new Error('no connection');
      return { messages: five, hasMore: false };
    };
    const timeline = new Timeline('ana', ask, () => undefined);
    await timeline.open();
    expect(timeline.status).toBe('failed');
    isBroken = false;
    await timeline.open();
    expect(timeline.status).toBe('ready');
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps what is shown when another stretch cannot be had', async () => {
    let isBroken = false;
    const ask = async () => {
      if (isBroken) throw new Error('no connection');
      return { messages: five, hasMore: true };
    };
    const timeline = new Timeline('ana', ask, () => undefined);
    expect(await timeline.open(3)).toBe(true);
    isBroken = true;
    expect(await timeline.open()).toBe(false);
    expect([timeline.status, seqs(timeline)]).toEqual(['ready', [1, 2, 3, 4, 5]]);
    // What was missed is not known: what is shown must not pass for all there is.
    await timeline.reload();
    expect(timeline.status).toBe('failed');
  });

  it('counts reactions, and knows which are its reader’s', async () => {
    const { timeline } = timelineOver(five);
    await timeline.open();
    const at = { roomId: 'room', messageId: 'm5', seq: 5, emoji: '👍' };
    timeline.react({ ...at, rev: 6, userId: ben.id, on: true, count: 1 });
    timeline.react({ ...at, rev: 7, userId: ana.id, on: true, count: 2 });
    expect(timeline.find('m5')?.reactions).toEqual([
      { emoji: '👍', count: 2, users: ['ben', 'ana'], mine: true },
    ]);
    timeline.react({ ...at, rev: 8, userId: ana.id, on: false, count: 1 });
    timeline.react({ ...at, rev: 9, userId: ben.id, on: false, count: 0 });
    expect(timeline.find('m5')?.reactions).toEqual([]);
  });

  it('remembers its reader’s reaction when an event names only the first ten', async () => {
    const users = Array.from({ length: 10 }, (_, index) => `u${index}`);
    const reaction = { emoji: '👍', count: 11, users };
    const { timeline } = timelineOver([message(1, { reactions: [{ ...reaction, mine: true }] })]);
    await timeline.open();
    timeline.receive(message(1, { rev: 2, content: 'edited', reactions: [reaction] }));
    expect(timeline.find('m1')?.reactions[0]?.mine).toBe(true);
  });
});
