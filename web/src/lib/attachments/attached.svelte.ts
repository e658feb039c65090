import type { Attachment, Voice } from '../../generated/contract';
import { newId } from '../client-id';
import type { UploadFlaw } from './flaws';

/** One file on its way to the server. */
export interface Carriage {
  /** Begins, or goes on where it broke. `onprogress` hears how many bytes are there. Rejects with a `RequestFailure`. */
  go(onprogress: (sent: number) => void): Promise<Attachment>;
  /** Stops it for good; the server forgets what it has. */
  abandon(): Promise<void>;
  /** Stops it without a word to the server. */
  halt(): void;
}

/** One file that is attached to what is being written. */
export class Upload {
  readonly key = newId();
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Absent after a reload. */
  readonly file: File | undefined;
  /** Of a voice message. */
  readonly voice: Voice | undefined;
  /** An image to be seen before it is on the server. */
  preview = $state<string>();
  /** `paused`: it goes on by itself. */
  state = $state<'waiting' | 'running' | 'paused' | 'done' | 'failed'>('waiting');
  /** Bytes that have left. */
  sent = $state(0);
  flaw = $state<UploadFlaw>();
  stored = $state.raw<Attachment>();
  carriage: Carriage | undefined;
  /** How often it broke since it last got on. */
  breaks = 0;
  isRemoved = false;
  timer: ReturnType<typeof setTimeout> | undefined;

  constructor(name: string, size: number, file?: File, voice?: Voice) {
    this.name = name;
    this.size = size;
    this.file = file;
    this.voice = voice;
    const isImage = file !== undefined && /^image\/(png|jpeg|gif|webp)$/.test(file.type);
    this.preview = isImage ? URL.createObjectURL(file) : undefined;
  }

  /** From 0 to 1. */
  get progress(): number {
    return this.state === 'done' ? 1 : Math.min(this.sent / Math.max(this.size, 1), 1);
  }

  /** Whether it failed for a reason that may pass. */
  get mayBeRetried(): boolean {
    const isForGood = this.flaw?.kind === 'empty' || this.flaw?.kind === 'largest';
    return this.state === 'failed' && this.file !== undefined && !isForGood;
  }

  release(): void {
    clearTimeout(this.timer);
    this.dropPreview();
  }

  /** It was no image, or nobody sees it any more. */
  dropPreview(): void {
    if (this.preview) URL.revokeObjectURL(this.preview);
    this.preview = undefined;
  }
}

export type Send = (files: Attachment[]) => void;

/** The files of the message that is being written in one place. */
export class Attached {
  uploads = $state.raw<readonly Upload[]>([]);
  /** Somebody wanted to send it, and something is in the way. */
  isRefused = $state(false);
  #departure = $state.raw<Send | null>(null);

  get hasAny(): boolean {
    return this.uploads.length > 0;
  }

  /** What has to be tried again or taken away first. */
  get failed(): Upload[] {
    return this.uploads.filter(({ state }) => state === 'failed');
  }

  get isBlocked(): boolean {
    return this.failed.length > 0;
  }

  /** The message was sent, and leaves when its files are there. */
  get isDeparting(): boolean {
    return this.#departure !== null;
  }

  /** From 0 to 1. */
  get progress(): number {
    const total = this.uploads.reduce((sum, { size }) => sum + size, 0);
    const sent = this.uploads.reduce((sum, { progress, size }) => sum + progress * size, 0);
    return total === 0 ? 0 : sent / total;
  }

  /** Calls `send` once all files are there. */
  depart(send: Send): void {
    this.#departure = send;
  }

  /** Takes that back. */
  stay(): void {
    this.#departure = null;
  }

  /** The files, when the message is to leave and all of them are there. */
  leave(): { send: Send; files: Attachment[] } | null {
    const send = this.#departure;
    if (!this.hasAny) this.#departure = null;
    const files = this.uploads.flatMap(({ stored }) => stored ?? []);
    if (!this.#departure || !send || files.length < this.uploads.length) return null;
    this.#departure = null;
    for (const upload of this.uploads) upload.release();
    this.uploads = [];
    return { send, files };
  }
}
