import { SvelteMap } from 'svelte/reactivity';
import type { Attachment } from '../../generated/contract';
import { addressOf } from '../attachments/address';
import type { Session } from '../state/session.svelte';

const RATES = [1, 1.5, 2] as const;

/** The one voice message that is played, wherever its reader goes meanwhile; and where the others were left. */
class Playback {
  /** What is played, or was paused last. */
  fileId = $state<string>();
  isPlaying = $state(false);
  /** Its sound has not come yet. */
  isWaiting = $state(false);
  /** Which one could not be played. */
  failedId = $state<string>();
  /** How fast all of them are played. */
  rate = $state<(typeof RATES)[number]>(1);

  /** In seconds. */
  readonly #places = new SvelteMap<string, number>();
  #audio: HTMLAudioElement | undefined;
  #session: Session | undefined;
  #frame = 0;

  /** In seconds. Reactive. */
  placeIn(file: Attachment): number {
    return this.#places.get(file.id) ?? 0;
  }

  toggle(file: Attachment, session: Session): void {
    this.#follow(session);
    if (this.fileId === file.id && this.isPlaying) this.pause();
    else this.#play(file);
  }

  pause(): void {
    this.#audio?.pause();
  }

  /** Goes to a place, in seconds; whether it plays stays as it is. */
  seek(file: Attachment, to: number): void {
    const end = (file.voice?.durationMs ?? 0) / 1000;
    const place = Math.min(Math.max(to, 0), end);
    this.#places.set(file.id, place);
    if (this.fileId === file.id && this.#audio) this.#audio.currentTime = place;
  }

  /** One step faster, or from the fastest to the usual one. */
  hurry(): void {
    this.rate = RATES[(RATES.indexOf(this.rate) + 1) % RATES.length] ?? 1;
    if (this.#audio) this.#audio.playbackRate = this.rate;
  }

  #play(file: Attachment): void {
    const audio = (this.#audio ??= this.#open());
    this.failedId = undefined;
    if (this.fileId !== file.id || audio.error) {
      audio.pause();
      this.fileId = file.id;
      audio.src = addressOf(file);
    }
    const end = (file.voice?.durationMs ?? 0) / 1000;
    // Who was at the end begins anew.
    if (this.placeIn(file) >= end - 0.05) this.#places.delete(file.id);
    audio.currentTime = this.placeIn(file);
    audio.playbackRate = this.rate;
    for (const other of document.querySelectorAll<HTMLMediaElement>('audio, video')) other.pause();
    this.isWaiting = true;
    // What is paused before it begins is no failure; those come as events.
    audio.play().catch(() => (this.isWaiting = false));
  }

  #open(): HTMLAudioElement {
    const audio = new Audio();
    audio.onplay = () => {
      this.isPlaying = true;
      this.#watch();
    };
    audio.onplaying = () => (this.isWaiting = false);
    audio.onwaiting = () => (this.isWaiting = true);
    audio.onpause = () => {
      this.#note();
      this.isPlaying = this.isWaiting = false;
    };
    audio.onended = () => {
      if (this.fileId) this.#places.delete(this.fileId);
    };
    audio.onerror = () => {
      this.failedId = this.fileId;
      this.isPlaying = this.isWaiting = false;
    };
    const pauseForOthers = () => audio.pause();
    document.addEventListener('play', pauseForOthers, true);
    return audio;
  }

  /** Follows it from frame to frame. */
  #watch(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      if (!this.isPlaying) return;
      this.#note();
      this.#watch();
    });
  }

  #note(): void {
    if (this.fileId && this.#audio) this.#places.set(this.fileId, this.#audio.currentTime);
  }

  /** Nothing is heard any more when its listener has logged out. */
  #follow(session: Session): void {
    if (this.#session === session) return;
    this.#session = session;
    const end = $effect.root(() => {
      $effect(() => {
        if (session.status !== 'anonymous') return;
        this.pause();
        this.#places.clear();
        this.fileId = this.#session = undefined;
        queueMicrotask(end);
      });
    });
  }
}

export const playback = new Playback();
