import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestFailure } from '../failure';
import { ScriptedWire } from '../testing';
import { Outbox, type Outgoing, type OutboxStore } from './outbox.svelte';
import { IndexedOutboxStore } from './outbox-store';

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

function outboxWith(answer: (sent: Sent) => unknown) {
  const wire = new ScriptedWire({ 'message:send': answer });
  const store = new MemoryStore();
  const outbox = new Outbox('ana', wire, store);
  const contents = () => wire.asked.map(({ payload }) => (payload as Sent).content);
  return { outbox, wire, store, contents };
}

const accepted = { messageId: 'm', seq: 1, rev: 1, timestamp: '' };

describe('the outbox', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it('sends a room’s messages one after the other, in order', async () => {
    const waiting: (() => void)[] = [];
    const { outbox, contents } = outboxWith(
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

  it('waits five seconds, tries twice more under the same id, then gives the message back', async () => {
    const { outbox, wire, store } = outboxWith(() => {
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

  it('does not retry what the server refuses', async () => {
    const { outbox, wire } = outboxWith(() => {
      throw new RequestFailure('forbidden', 'no');
    });
    outbox.add('room', 'hello');
    await vi.runAllTimersAsync();
    expect(wire.asked).toHaveLength(1);
    expect(outbox.in('room')).toMatchObject([{ state: 'failed', failure: 'forbidden' }]);
  });

  it('waits as long as the server asks, and does not count it as a failure', async () => {
    let refusals = 5;
    const { outbox, wire } = outboxWith(() => {
      if (refusals-- > 0) throw new RequestFailure('rate_limited', 'slow', undefined, 2000);
      return accepted;
    });
    outbox.add('room', 'hello');
    await vi.advanceTimersByTimeAsync(9000);
    expect(wire.asked).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(1000);
    expect(outbox.in('room')).toMatchObject([{ state: 'sent', seq: 1 }]);
  });

  it('goes on with the next message after one failed', async () => {
    const { outbox } = outboxWith(({ content }) => {
      if (content === 'bad') throw new RequestFailure('too_large', 'no');
      return accepted;
    });
    outbox.add('room', 'bad');
    outbox.add('room', 'good');
    await vi.runAllTimersAsync();
    expect(outbox.in('room').map(({ state }) => state)).toEqual(['failed', 'sent']);
  });

  it('keeps a message while offline and sends it on return', async () => {
    const { outbox, wire } = outboxWith(() => accepted);
    wire.isOpen = false;
    outbox.add('room', 'hello');
    await vi.runAllTimersAsync();
    expect(wire.asked).toHaveLength(0);
    expect(outbox.in('room')).toMatchObject([{ state: 'pending' }]);
    wire.isOpen = true;
    outbox.resume();
    await vi.runAllTimersAsync();
    expect(outbox.in('room')).toMatchObject([{ state: 'sent' }]);
  });

  it('keeps a message pending when the connection breaks while it is sent', async () => {
    const { outbox, wire } = outboxWith(() => {
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
    const { outbox, wire } = outboxWith(() => {
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
    const { outbox, store } = outboxWith(() => accepted);
    outbox.add('room', 'hello');
    await vi.runAllTimersAsync();
    expect(store.kept.size).toBe(0);
    outbox.arrived(outbox.in('room')[0]?.clientMessageId ?? '');
    expect(outbox.in('room')).toEqual([]);
  });
});

it('survives a reload in IndexedDB, for its own user alone', async () => {
  vi.useRealTimers();
  const isClosed = new ScriptedWire({});
  isClosed.isOpen = false;
  const before = new Outbox('ana', isClosed, new IndexedOutboxStore());
  before.add('room', 'one');
  before.add('room', 'two');
  const after = new Outbox('ana', isClosed, new IndexedOutboxStore());
  await after.restore();
  expect(after.in('room').map(({ content }) => content)).toEqual(['one', 'two']);
  const other = new Outbox('ben', isClosed, new IndexedOutboxStore());
  await other.restore();
  expect(other.in('room')).toEqual([]);
});
