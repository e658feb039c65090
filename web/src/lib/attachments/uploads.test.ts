import { File as ReadableFile } from 'node:buffer';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Attachment, Code, FileLimit, Voice } from '../../generated/contract';
import { RequestFailure } from '../failure';
import { followLanguage, laterTexts } from '../i18n/catalogue.svelte';
import type { Carriage } from './attached.svelte';
import { explainFlaw } from './flaws';
import { Uploads, type Carrier, type Remnant, type RemnantStore } from './uploads.svelte';

function stored(id: string): Attachment {
  return { id, name: id, size: 3, type: 'text/plain', kind: 'other' };
}

/** A way to the server that a test opens, closes and looks at. */
class ScriptedCarrier implements Carrier {
  readonly underWay: { name: string; arrive: () => void; fail: (error: Error) => void }[] = [];
  /** What was said of voice messages. */
  readonly voices: Voice[] = [];
  readonly discarded: string[] = [];
  readonly abandoned: string[] = [];

  begin({ name }: File, voice?: Voice): Carriage {
    if (voice) this.voices.push(voice);
    return {
      go: (onprogress) =>
        new Promise((resolve, reject) => {
          onprogress(1);
          const done = () => void this.underWay.splice(this.underWay.indexOf(entry), 1);
          const entry = {
            name,
            arrive: () => (done(), resolve(stored(name))),
            fail: (error: Error) => (done(), reject(error)),
          };
          this.underWay.push(entry);
        }),
      abandon: async () => void this.abandoned.push(name),
      halt: () => undefined,
    };
  }

  async discard(fileId: string): Promise<void> {
    this.discarded.push(fileId);
  }

  get names(): string[] {
    return this.underWay.map(({ name }) => name);
  }
}

class MemoryRemnants implements RemnantStore {
  kept: Record<string, Remnant[]> = {};

  load(): Record<string, Remnant[]> {
    return this.kept;
  }

  save(remnants: Record<string, Remnant[]>): void {
    this.kept = remnants;
  }
}

function file(name: string, content = 'abc'): File {
  // Those of jsdom cannot be read.
  return new ReadableFile([content], name) as unknown as File;
}

function setUp(store = new MemoryRemnants()) {
  const carrier = new ScriptedCarrier();
  const held: string[] = [];
  const uploads = new Uploads(carrier, store, (place) => held.push(place));
  const states = () => uploads.at('room')?.uploads.map(({ name, state }) => `${name} ${state}`);
  const arrive = async (name: string) => {
    carrier.underWay.find((one) => one.name === name)?.arrive();
    await vi.waitFor(() => expect(states()?.join()).not.toContain(`${name} running`));
  };
  const fail = async (name: string, error: Error) => {
    carrier.underWay.find((one) => one.name === name)?.fail(error);
    await vi.waitFor(() => expect(states()?.join()).not.toContain(`${name} running`));
  };
  return { carrier, uploads, states, arrive, fail, store, held };
}

describe('uploads', () => {
  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    return () => vi.useRealTimers();
  });

  it('brings three files at a time, the next when one has arrived', async () => {
    const { carrier, uploads, arrive } = setUp();
    uploads.add(
      'room',
      ['a', 'b', 'c', 'd', 'e'].map((name) => file(name)),
    );
    expect(carrier.names).toEqual(['a', 'b', 'c']);
    await arrive('b');
    expect(carrier.names).toEqual(['a', 'c', 'd']);
  });

  it('takes ten files for a message, and tells how many were too many', () => {
    const { uploads } = setUp();
    const many = Array.from({ length: 8 }, (_, n) => file(`f${n}`));
    expect(uploads.add('room', many)).toBe(0);
    expect(uploads.add('room', many)).toBe(6);
    expect(uploads.at('room')?.uploads).toHaveLength(10);
    expect(uploads.add('another', many)).toBe(0);
  });

  it('lets the message leave when all its files are there, with them in order', async () => {
    const { uploads, arrive } = setUp();
    const send = vi.fn();
    uploads.add('room', [file('a'), file('b')]);
    uploads.depart('room', send);
    await arrive('b');
    expect(send).not.toHaveBeenCalled();
    expect(uploads.at('room')?.isDeparting).toBe(true);
    await arrive('a');
    await vi.waitFor(() =>
      expect(send).toHaveBeenCalledExactlyOnceWith([stored('a'), stored('b')]),
    );
    expect(uploads.at('room')?.hasAny).toBe(false);
  });

  it('lets a message leave at once whose files are there already', async () => {
    const { uploads, arrive } = setUp();
    const send = vi.fn();
    uploads.add('room', [file('a')]);
    await arrive('a');
    uploads.depart('room', send);
    expect(send).toHaveBeenCalledExactlyOnceWith([stored('a')]);
  });

  it('keeps a message that was called back, or one of whose files failed', async () => {
    const { uploads, arrive, fail, held } = setUp();
    const send = vi.fn();
    uploads.add('room', [file('a'), file('b')]);
    uploads.depart('room', send);
    uploads.at('room')?.stay();
    await arrive('a');
    expect(uploads.at('room')?.isDeparting).toBe(false);
    uploads.depart('room', send);
    await fail('b', new RequestFailure('too_large', 'no', { limit: 'largest' }));
    expect(uploads.at('room')?.isDeparting).toBe(false);
    expect(uploads.at('room')?.isBlocked).toBe(true);
    expect(held).toEqual(['room']);
    expect(send).not.toHaveBeenCalled();
  });

  it('goes on by itself after a break, and at once when the connection is back', async () => {
    const { carrier, uploads, states, fail, arrive } = setUp();
    uploads.add('room', [file('a')]);
    await fail('a', RequestFailure.offline());
    expect(states()).toEqual(['a paused']);
    await vi.advanceTimersByTimeAsync(1100);
    expect(carrier.names).toEqual(['a']);
    await fail('a', RequestFailure.offline());
    uploads.resume();
    expect(carrier.names).toEqual(['a']);
    await arrive('a');
    expect(states()).toEqual(['a done']);
  });

  it('says in which way there is no room, and tries again when it is told to and that may help', async () => {
    const { uploads, states, fail } = setUp();
    const flawAfter = async (error: RequestFailure) => {
      uploads.add('room', [file('a')]);
      await fail('a', error);
      const upload = uploads.at('room')?.uploads[0];
      if (!upload) throw new Error('it stays');
      const { flaw } = upload;
      const isLarge = flaw?.kind === 'largest';
      uploads.retry(upload);
      expect(states()).toEqual([isLarge ? 'a failed' : 'a running']);
      if (!isLarge) await fail('a', error);
      uploads.remove(upload);
      return flaw;
    };
    const refusal = (code: Code, details?: { limit?: FileLimit; most?: number }) =>
      flawAfter(new RequestFailure(code, 'no', details));
    const largest = { limit: 'largest', most: 4096 } as const;
    expect(await refusal('too_large', largest)).toEqual({ kind: 'largest', most: 4096 });
    expect(await refusal('too_large', { limit: 'total' })).toEqual({ kind: 'total' });
    expect(await refusal('unavailable', { limit: 'keep_free' })).toEqual({ kind: 'keep_free' });
    const unfinished = { limit: 'unfinished_per_person' } as const;
    expect(await refusal('conflict', unfinished)).toEqual({ kind: 'unfinished_per_person' });
    expect(await refusal('too_large')).toEqual({ kind: 'proxy' });
    expect(await refusal('internal')).toEqual({ kind: 'refused' });
  });

  it('has a text for every way in which there is no room', async () => {
    await Promise.all([followLanguage(), laterTexts()]);
    expect(explainFlaw({ kind: 'largest', most: 4_000_000 })).toBe(
      'Too large: a file can have at most 4 MB here.',
    );
    expect(explainFlaw({ kind: 'total' })).toBe('There is no room left for files on this server.');
  });

  it('asks for nothing where a file is empty', () => {
    const { carrier, uploads } = setUp();
    uploads.add('room', [file('a', '')]);
    expect(carrier.names).toEqual([]);
    expect(uploads.at('room')?.uploads[0]?.flaw).toEqual({ kind: 'empty' });
  });

  it('stops what is taken away, and takes back what had arrived', async () => {
    const { carrier, uploads, states, arrive } = setUp();
    uploads.add('room', [file('a'), file('b')]);
    await arrive('a');
    for (const upload of uploads.at('room')?.uploads ?? []) uploads.remove(upload);
    expect(states()).toEqual([]);
    expect([carrier.discarded, carrier.abandoned]).toEqual([['a'], ['b']]);
  });

  it('says of a voice message how long and loud it is, and over a reload that it is lost', async () => {
    const store = new MemoryRemnants();
    const { carrier, uploads, states, fail } = setUp(store);
    const voice = { durationMs: 4000, peaks: 'AAAA' };
    uploads.add('room', [file('voice.webm')], voice);
    expect(carrier.voices).toEqual([voice]);
    await fail('voice.webm', new RequestFailure('internal', 'no'));
    expect(states()).toEqual(['voice.webm failed']);
    const after = setUp(store);
    const [lost] = after.uploads.at('room')?.uploads ?? [];
    expect([lost?.voice, lost?.flaw]).toEqual([voice, { kind: 'lost_voice' }]);
    // Here it is still there, and can be tried again.
    const [failed] = uploads.at('room')?.uploads ?? [];
    if (failed) uploads.retry(failed);
    expect(states()).toEqual(['voice.webm running']);
  });

  it('stops with the session, and keeps what had arrived for the next', async () => {
    const store = new MemoryRemnants();
    const before = setUp(store);
    before.uploads.add('room', [file('a'), file('b')]);
    await before.arrive('a');
    before.uploads.stop();
    expect(before.uploads.at('room')).toBeUndefined();
    expect(setUp(store).states()).toEqual(['a done', 'b failed']);
  });

  it('keeps over a reload what had arrived, and names what is lost', async () => {
    const store = new MemoryRemnants();
    const before = setUp(store);
    before.uploads.add('room', [file('a'), file('b')]);
    await before.arrive('a');
    const { uploads, states } = setUp(store);
    expect(states()).toEqual(['a done', 'b failed']);
    const [, lost] = uploads.at('room')?.uploads ?? [];
    expect(lost?.flaw).toEqual({ kind: 'lost' });
    if (lost) uploads.remove(lost);
    const send = vi.fn();
    uploads.depart('room', send);
    expect(send).toHaveBeenCalledExactlyOnceWith([stored('a')]);
    expect(store.kept).toEqual({});
  });
});
