import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestFailure } from '../failure';
import { GivenLead, ScriptedWire, tabsOf } from '../testing';
import { forget } from './log-out';
import { Outbox, type OutboxNews, type OutboxStore } from './outbox.svelte';
import type { Outgoing } from './outgoing';
import { IndexedOutboxStore } from './outbox-store';
import { BroadcastTabs, type Tabs } from './tabs';

class MemoryStore implements OutboxStore {
  readonly kept = new Map<string, Outgoing>();

  async load(): Promise<Outgoing[]> {
    return [...this.kept.values()];
  }

  async save(message: Outgoing): Promise<void> {
    this.kept.set(message.clientMessageId, message);
  }

  async remove(clientMessageId: string): Promise<void> {
    this.kept.delete(clientMessageId);
  }
}

interface Sent {
  content: string;
  clientMessageId: string;
}

function outboxWith(
  answer: (sent: Sent) => unknown,
  tabs = tabsOf<OutboxNews>(1)[0] as Tabs<OutboxNews>,
  store = new MemoryStore(),
) {
  const wire = new ScriptedWire({ 'message:send': answer });
  const lead = new GivenLead();
  const outbox = new Outbox('ana', { wire, store, tabs, lead });
  const contents = () => wire.asked.map(({ payload }) => (payload as Sent).content);
  const states = () => outbox.in('room').map(({ content, state }) => `${content} ${state}`);
  return { outbox, wire, store, lead, contents, states };
}

/** An outbox of the tab that leads. */
function leadingOutbox(answer: (sent: Sent) => unknown) {
  const all = outboxWith(answer);
  all.outbox.resume();
  all.lead.give();
  return all;
}

/** Two tabs of one person on one disk; the first leads. */
function twoTabs(answer: (sent: Sent) => unknown) {
  const store = new MemoryStore();
  const [one, two] = tabsOf<OutboxNews>(2).map((tabs) => outboxWith(answer, tabs, store));
  if (!one || !two) throw new Error('two tabs');
  for (const { outbox } of [one, two]) outbox.resume();
  one.lead.give();
  return { one, two, store };
}

const accepted = { messageId: 'm', seq: 1, rev: 1, timestamp: '' };
const sample: Outgoing = {
  clientMessageId: '01A',
  order: '01A',
  userId: 'ana',
  roomId: 'room',
  content: 'text',
  createdAt: '',
  state: 'pending',
};

describe('the outbox', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it('sends a room’s messages one after the other, in order', async () => {
    const waiting: (() => void)[] = [];
    const { outbox, contents } = leadingOutbox(
      () => new Promise((done) => waiting.push(() => done(accepted))),
    );
    outbox.add('room', 'one');
    outbox.add('room', 'two');
    outbox.add('other', 'elsewhere');
    await vi.runAllTimersAsync();
    expect(contents()).toEqual(['one', 'elsewhere']);
    waiting.splice(0).forEach((go) => go());
    await vi.runAllTimersAsync();
    expect(contents()).toEqual(['one', 'elsewhere', 'two']);
  });

  it('sends replies of threads in the room’s order, and shows each where it will stand', async () => {
    const { outbox, wire, lead, contents } = outboxWith(() => accepted);
    outbox.add('room', 'aloud', { threadRoot: 'm1', alsoInRoom: true });
    outbox.add('room', 'softly', { threadRoot: 'm1' });
    outbox.add('room', 'as ever', { replyTo: 'm2' });
    const shown = (threadRoot?: string) => outbox.in('room', threadRoot).map((one) => one.content);
    expect(shown()).toEqual(['aloud', 'as ever']);
    expect(shown('m1')).toEqual(['aloud', 'softly']);
    expect(shown('m2')).toEqual([]);
    outbox.resume();
    lead.give();
    await vi.runAllTimersAsync();
    expect(contents()).toEqual(['aloud', 'softly', 'as ever']);
    expect(wire.asked.map(({ payload }) => payload)).toMatchObject([
      { threadRoot: 'm1', alsoInRoom: true },
      { threadRoot: 'm1' },
      { replyTo: 'm2' },
    ]);
    expect(wire.asked[1]?.payload).not.toHaveProperty('alsoInRoom');
  });

  it('waits five seconds, tries twice more under the same id, then gives the message back', async () => {
    const { outbox, wire, store } = leadingOutbox(() => {
      throw RequestFailure.offline();
    });
    outbox.add('room', 'hello');
    await vi.runAllTimersAsync();
    expect(wire.asked.map(({ timeoutMs }) => timeoutMs)).toEqual([5000, 5000, 5000]);
    const ids = wire.asked.map(({ payload }) => (payload as Sent).clientMessageId);
    expect(new Set(ids).size).toBe(1);
    expect(outbox.in('room')).toMatchObject([{ state: 'failed', failure: 'offline' }]);
    expect(store.kept.size).toBe(1);
  });

  it('goes on for a minute, ever more seldom, while the server says that it cannot now', async () => {
    let refusals = 6;
    const unavailable = () => {
      throw new RequestFailure('unavailable', 'another server writes');
    };
    const { outbox, wire } = leadingOutbox(() => (refusals-- > 0 ? unavailable() : accepted));
    outbox.add('room', 'hello');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(wire.asked).toHaveLength(5);
    expect(outbox.in('room')).toMatchObject([{ state: 'pending' }]);
    await vi.advanceTimersByTimeAsync(35_000);
    expect(outbox.in('room')).toMatchObject([{ state: 'sent', seq: 1 }]);
  });

  it('gives a message back that the server could not take for longer than a minute', async () => {
    const { outbox, wire } = leadingOutbox(() => {
      throw new RequestFailure('unavailable', 'the disk is full');
    });
    outbox.add('room', 'hello');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(outbox.in('room')).toMatchObject([{ state: 'pending' }]);
    await vi.runAllTimersAsync();
    expect(outbox.in('room')).toMatchObject([{ state: 'failed', failure: 'unavailable' }]);
    expect(wire.asked).toHaveLength(7);
  });

  it('does not retry what the server refuses', async () => {
    const { outbox, wire } = leadingOutbox(() => {
      throw new RequestFailure('forbidden', 'no');
    });
    outbox.add('room', 'hello');
    await vi.runAllTimersAsync();
    expect(wire.asked).toHaveLength(1);
    expect(outbox.in('room')).toMatchObject([{ state: 'failed', failure: 'forbidden' }]);
  });

  it('waits as long as the server asks, and does not count it as a failure', async () => {
    let refusals = 5;
    const { outbox, wire } = leadingOutbox(() => {
      if (refusals-- > 0) throw new RequestFailure('rate_limited', 'slow', { retryAfterMs: 2000 });
      return accepted;
    });
    outbox.add('room', 'hello');
    await vi.advanceTimersByTimeAsync(9000);
    expect(wire.asked).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(1000);
    expect(outbox.in('room')).toMatchObject([{ state: 'sent', seq: 1 }]);
  });

  describe('where the server asks for a wait of hours', () => {
    const HOUR_MS = 3_600_000;
    let isSlow = true;

    function slowRoom() {
      isSlow = true;
      return leadingOutbox(({ content }) => {
        if (isSlow && content === 'held back') {
          throw new RequestFailure('rate_limited', 'slow mode', { retryAfterMs: HOUR_MS });
        }
        return accepted;
      });
    }

    it('goes on with the next message as soon as the one that waits is discarded', async () => {
      const { outbox, states } = slowRoom();
      outbox.add('room', 'held back');
      outbox.add('room', 'next');
      await vi.advanceTimersByTimeAsync(100);
      expect(states()).toEqual(['held back pending', 'next pending']);
      outbox.discard(outbox.in('room')[0]?.clientMessageId ?? '');
      await vi.advanceTimersByTimeAsync(100);
      expect(states()).toEqual(['next sent']);
    });

    it('asks again as soon as the room’s rules change', async () => {
      const { outbox, wire, states } = slowRoom();
      outbox.add('room', 'held back');
      await vi.advanceTimersByTimeAsync(100);
      outbox.hurry('elsewhere');
      await vi.advanceTimersByTimeAsync(100);
      expect(wire.asked).toHaveLength(1);
      isSlow = false;
      outbox.hurry('room');
      await vi.advanceTimersByTimeAsync(100);
      expect(states()).toEqual(['held back sent']);
    });

    it('asks again when the connection comes back', async () => {
      const { outbox, wire, lead, states } = slowRoom();
      outbox.add('room', 'held back');
      await vi.advanceTimersByTimeAsync(100);
      wire.isOpen = false;
      outbox.suspend();
      isSlow = false;
      wire.isOpen = true;
      outbox.resume();
      lead.give();
      await vi.advanceTimersByTimeAsync(100);
      expect(states()).toEqual(['held back sent']);
    });

    it('asks again within half a minute, for what nobody tells of', async () => {
      const { outbox, states } = slowRoom();
      outbox.add('room', 'held back');
      await vi.advanceTimersByTimeAsync(100);
      isSlow = false;
      await vi.advanceTimersByTimeAsync(30_000);
      expect(states()).toEqual(['held back sent']);
    });
  });

  it('goes on with the next message after one failed', async () => {
    const { outbox } = leadingOutbox(({ content }) => {
      if (content === 'bad') throw new RequestFailure('too_large', 'no');
      return accepted;
    });
    outbox.add('room', 'bad');
    outbox.add('room', 'good');
    await vi.runAllTimersAsync();
    expect(outbox.in('room').map(({ state }) => state)).toEqual(['failed', 'sent']);
  });

  it('keeps a message while offline and sends it on return', async () => {
    const { outbox, wire, lead } = leadingOutbox(() => accepted);
    wire.isOpen = false;
    outbox.suspend();
    outbox.add('room', 'hello');
    await vi.runAllTimersAsync();
    expect(wire.asked).toHaveLength(0);
    expect(outbox.in('room')).toMatchObject([{ state: 'pending' }]);
    wire.isOpen = true;
    outbox.resume();
    lead.give();
    await vi.runAllTimersAsync();
    expect(outbox.in('room')).toMatchObject([{ state: 'sent' }]);
  });

  it('keeps a message pending when the connection breaks while it is sent', async () => {
    const { outbox, wire } = leadingOutbox(() => {
      wire.isOpen = false;
      throw RequestFailure.offline();
    });
    outbox.add('room', 'hello');
    await vi.runAllTimersAsync();
    expect(wire.asked).toHaveLength(1);
    expect(outbox.in('room')).toMatchObject([{ state: 'pending' }]);
  });

  it('sends a failed message again at the end of the queue, under its old id', async () => {
    let isRefusing = true;
    const { outbox, wire } = leadingOutbox(() => {
      if (isRefusing) throw new RequestFailure('forbidden', 'no');
      return accepted;
    });
    outbox.add('room', 'hello');
    await vi.runAllTimersAsync();
    isRefusing = false;
    const id = outbox.in('room')[0]?.clientMessageId ?? '';
    outbox.retry(id);
    await vi.runAllTimersAsync();
    expect((wire.asked.at(-1)?.payload as Sent).clientMessageId).toBe(id);
    expect(outbox.in('room')).toMatchObject([{ state: 'sent', clientMessageId: id }]);
    expect(outbox.in('room')[0]?.failure).toBeUndefined();
  });

  it('forgets a message once it has come back, or is deleted', async () => {
    const { outbox, store } = leadingOutbox(() => accepted);
    outbox.add('room', 'hello');
    await vi.runAllTimersAsync();
    expect(store.kept.size).toBe(0);
    outbox.arrived(outbox.in('room')[0]?.clientMessageId ?? '');
    expect(outbox.in('room')).toEqual([]);
  });
});

describe('the outbox in two tabs', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it('is worked off by one of them, whoever wrote', async () => {
    const { one, two, store } = twoTabs(() => accepted);
    two.outbox.add('room', 'from two');
    one.outbox.add('room', 'from one');
    await vi.runAllTimersAsync();
    expect(one.contents()).toEqual(['from two', 'from one']);
    expect(two.contents()).toEqual([]);
    expect(two.states()).toEqual(['from two sent', 'from one sent']);
    expect(store.kept.size).toBe(0);
  });

  it('goes on in the other one when the first is gone', async () => {
    const { one, two } = twoTabs(() => accepted);
    one.wire.isOpen = false;
    one.outbox.suspend();
    one.outbox.add('room', 'left behind');
    await vi.advanceTimersByTimeAsync(1000);
    expect(two.contents()).toEqual([]);
    two.lead.give();
    await vi.advanceTimersByTimeAsync(1000);
    expect(two.contents()).toEqual(['left behind']);
    expect(one.states()).toEqual(['left behind sent']);
  });

  it('takes up what is only on disk when it wins the lead', async () => {
    const { one, two, store } = twoTabs(() => accepted);
    one.wire.isOpen = false;
    one.outbox.add('room', 'kept');
    two.outbox.discard(one.outbox.in('room')[0]?.clientMessageId ?? '');
    expect(store.kept.size).toBe(0);
    expect(one.states()).toEqual([]);
    const late = outboxWith(() => accepted, undefined, store);
    await store.save({ ...sample, content: 'of an earlier page' });
    late.outbox.resume();
    late.lead.give();
    await vi.advanceTimersByTimeAsync(1000);
    expect(late.contents()).toEqual(['of an earlier page']);
  });

  it('seizes the lead from a tab that its browser put to sleep', async () => {
    const { one, two } = twoTabs(() => new Promise(() => undefined));
    one.outbox.stop();
    two.outbox.add('room', 'awake');
    await vi.advanceTimersByTimeAsync(7999);
    expect([two.lead.seizures, two.contents()]).toEqual([0, []]);
    await vi.advanceTimersByTimeAsync(1);
    expect([two.lead.seizures, two.contents()]).toEqual([1, ['awake']]);
  });

  it('is patient with a leader that tries and fails', async () => {
    const { one, two } = twoTabs(async () => {
      await new Promise((done) => setTimeout(done, 5000));
      throw RequestFailure.offline();
    });
    two.outbox.add('room', 'hello');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(one.contents()).toHaveLength(3);
    expect([two.lead.seizures, two.contents()]).toEqual([0, []]);
    expect(two.states()).toEqual(['hello failed']);
  });

  it('gives a message back after a minute of refusals, and the lead goes to no tab meanwhile', async () => {
    const { one, two } = twoTabs(() => {
      throw new RequestFailure('unavailable', 'the disk is full');
    });
    two.outbox.add('room', 'hello');
    await vi.advanceTimersByTimeAsync(65_000);
    expect([two.lead.seizures, two.contents()]).toEqual([0, []]);
    expect(one.contents()).toHaveLength(7);
    expect([one.states(), two.states()]).toEqual([['hello failed'], ['hello failed']]);
  });

  it('seizes the lead from a tab that fell asleep while a message had to wait', async () => {
    const { one, two } = twoTabs(() => {
      throw new RequestFailure('rate_limited', 'slow mode', { retryAfterMs: 60_000 });
    });
    two.outbox.add('room', 'hello');
    await vi.advanceTimersByTimeAsync(20_000);
    expect([two.lead.seizures, two.contents()]).toEqual([0, []]);
    one.outbox.stop();
    await vi.advanceTimersByTimeAsync(8000);
    expect([two.lead.seizures, two.contents()]).toEqual([1, ['hello']]);
  });

  it('lets each tab send its own where tabs cannot exclude each other', async () => {
    const { one, two } = twoTabs(() => accepted);
    for (const { lead } of [one, two]) lead.isExclusive = false;
    two.lead.give();
    one.outbox.add('room', 'from one');
    two.outbox.add('room', 'from two');
    await vi.runAllTimersAsync();
    expect([one.contents(), two.contents()]).toEqual([['from one'], ['from two']]);
  });

  it('shows no message again that stands in its room already', async () => {
    const { one, two } = twoTabs(() => accepted);
    one.wire.isOpen = false;
    two.outbox.add('room', 'hello');
    const id = two.outbox.in('room')[0]?.clientMessageId ?? '';
    two.outbox.arrived(id);
    one.wire.isOpen = true;
    one.outbox.resume();
    one.lead.give();
    await vi.runAllTimersAsync();
    expect(two.states()).toEqual([]);
  });
});

it('survives a reload in IndexedDB, for its own user alone', async () => {
  vi.useRealTimers();
  const isClosed = new ScriptedWire({});
  isClosed.isOpen = false;
  const surroundings = () => ({
    wire: isClosed,
    store: new IndexedOutboxStore(),
    tabs: new BroadcastTabs<OutboxNews>('outbox'),
    lead: new GivenLead(),
  });
  const before = new Outbox('ana', surroundings());
  before.add('room', 'one');
  before.add('room', 'two');
  const after = new Outbox('ana', surroundings());
  await after.restore();
  expect(after.in('room').map(({ content }) => content)).toEqual(['one', 'two']);
  const other = new Outbox('ben', surroundings());
  await other.restore();
  expect(other.in('room')).toEqual([]);
  // What was not sent does not outlast a log out, though the other tabs cannot be told any more.
  before.stop();
  before.clear();
  await forget('ana');
  const again = new Outbox('ana', surroundings());
  await again.restore();
  expect(again.in('room')).toEqual([]);
});
