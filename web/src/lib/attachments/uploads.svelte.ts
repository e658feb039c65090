import { SvelteMap } from 'svelte/reactivity';
import type { Attachment, Voice } from '../../generated/contract';
import { Attached, Upload, type Carriage, type Send } from './attached.svelte';
import { flawOf, isPassing, type UploadFlaw } from './flaws';

/** Files of one message. */
export const MOST_FILES = 10;
/** Uploads under way at a time. */
const AT_ONCE = 3;
/** How long one that broke waits before it is tried again, by how often it broke without getting on. */
const PAUSES_MS = [1000, 2000, 5000, 10_000, 20_000];

export interface Carrier {
  begin(file: File, voice?: Voice): Carriage;
  /** Takes back a file that was uploaded and not sent. */
  discard(fileId: string): Promise<void>;
}

/** What a tab knows of its attachments after a reload. */
export interface Remnant {
  name: string;
  size: number;
  voice?: Voice;
  /** Absent when it had not come to its end, and is lost. */
  stored?: Attachment;
}

export interface RemnantStore {
  load(): Record<string, Remnant[]>;
  save(remnants: Record<string, Remnant[]>): void;
}

/** All files that somebody attaches in this tab: uploaded a few at a time, and kept over a reload where that can be. */
export class Uploads {
  readonly #places = new SvelteMap<string, Attached>();
  readonly #carrier: Carrier;
  readonly #store: RemnantStore;
  readonly #onheld: (place: string) => void;

  /** `onheld` hears where a message does not leave after all, because one of its files failed. */
  constructor(carrier: Carrier, store: RemnantStore, onheld: (place: string) => void) {
    this.#carrier = carrier;
    this.#store = store;
    this.#onheld = onheld;
    for (const [place, remnants] of Object.entries(store.load())) {
      const attached = new Attached();
      attached.uploads = remnants.map(({ name, size, voice, stored }) => {
        const upload = new Upload(name, size, undefined, voice);
        upload.stored = stored;
        upload.state = stored ? 'done' : 'failed';
        upload.flaw = stored ? undefined : { kind: voice ? 'lost_voice' : 'lost' };
        return upload;
      });
      this.#places.set(place, attached);
    }
  }

  /** What is attached in a room or a thread, if anything was. Reactive. */
  at(place: string): Attached | undefined {
    return this.#places.get(place);
  }

  /** Whether something would be lost with the page. Reactive. */
  get areUnderWay(): boolean {
    return this.#all.some(({ state }) => state !== 'done' && state !== 'failed');
  }

  /** Attaches files, or a voice message, and begins to upload them. How many were too many is returned. */
  add(place: string, files: readonly File[], voice?: Voice): number {
    const attached = this.#places.get(place) ?? new Attached();
    const taken = files.slice(0, MOST_FILES - attached.uploads.length);
    const made = taken.map((file) => new Upload(file.name, file.size, file, voice));
    for (const upload of made) if (upload.size === 0) fail(upload, { kind: 'empty' });
    attached.uploads = [...attached.uploads, ...made];
    this.#places.set(place, attached);
    this.#work();
    return files.length - taken.length;
  }

  remove(upload: Upload): void {
    upload.isRemoved = true;
    upload.release();
    const { stored, carriage } = upload;
    // What cannot be taken back now is swept by the server after a day.
    const undone = stored ? this.#carrier.discard(stored.id) : carriage?.abandon();
    undone?.catch(() => undefined);
    for (const attached of this.#places.values()) {
      attached.uploads = attached.uploads.filter((one) => one !== upload);
    }
    this.#work();
  }

  /** Tries one that failed once more. */
  retry(upload: Upload): void {
    if (!upload.mayBeRetried) return;
    upload.flaw = undefined;
    upload.breaks = 0;
    upload.state = 'waiting';
    this.#work();
  }

  /** The connection is back: what broke goes on. */
  resume(): void {
    for (const upload of this.#all) if (upload.state === 'paused') this.#wake(upload);
    this.#work();
  }

  /** Sends the message as soon as its files are there. */
  depart(place: string, send: Send): void {
    this.#places.get(place)?.depart(send);
    this.#work();
  }

  /** The session is over. What had arrived is there again after the next log in, as after a reload. */
  stop(): void {
    for (const upload of this.#all) {
      upload.isRemoved = true;
      upload.carriage?.halt();
      upload.release();
    }
    this.#places.clear();
  }

  get #all(): Upload[] {
    return [...this.#places.values()].flatMap(({ uploads }) => uploads);
  }

  #work(): void {
    const all = this.#all;
    const free = AT_ONCE - all.filter(({ state }) => state === 'running').length;
    const next = all.filter(({ state }) => state === 'waiting').slice(0, Math.max(free, 0));
    for (const upload of next) void this.#run(upload);
    for (const [place, attached] of this.#places) {
      if (attached.isDeparting && attached.isBlocked) {
        attached.stay();
        this.#onheld(place);
      }
      const leaving = attached.leave();
      if (leaving) leaving.send(leaving.files);
    }
    this.#save();
  }

  async #run(upload: Upload): Promise<void> {
    const { file } = upload;
    if (!file) return;
    upload.state = 'running';
    upload.carriage ??= this.#carrier.begin(file, upload.voice);
    try {
      const stored = await upload.carriage.go((sent) => {
        if (sent > upload.sent) upload.breaks = 0;
        upload.sent = sent;
      });
      if (upload.isRemoved) return;
      upload.stored = stored;
      upload.state = 'done';
    } catch (error) {
      const isReadable = await canRead(file);
      if (upload.isRemoved) return;
      if (!isReadable) fail(upload, { kind: 'unreadable' });
      else if (isPassing(error)) this.#pause(upload);
      else fail(upload, flawOf(error));
    }
    this.#work();
  }

  #pause(upload: Upload): void {
    const pause = PAUSES_MS[Math.min(upload.breaks, PAUSES_MS.length - 1)];
    upload.breaks += 1;
    upload.state = 'paused';
    upload.timer = setTimeout(() => {
      this.#wake(upload);
      this.#work();
    }, pause);
  }

  #wake(upload: Upload): void {
    clearTimeout(upload.timer);
    if (upload.state === 'paused') upload.state = 'waiting';
  }

  #save(): void {
    const remnants = [...this.#places]
      .filter(([, { hasAny }]) => hasAny)
      .map(([place, { uploads }]) => [place, uploads.map(remnantOf)] as const);
    this.#store.save(Object.fromEntries(remnants));
  }
}

function fail(upload: Upload, flaw: UploadFlaw): void {
  upload.flaw = flaw;
  upload.state = 'failed';
}

function remnantOf({ name, size, voice, stored }: Upload): Remnant {
  return { name, size, ...(voice ? { voice } : {}), ...(stored ? { stored } : {}) };
}

/** Folders, and files that were changed or moved since they were chosen, cannot be read. */
async function canRead(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
