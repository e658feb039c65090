import type { Voice } from '../../generated/contract';
import { encodePeaks, peaksOf, type Moment } from './peaks';
import { withDuration } from './webm-duration';

/** The longest voice message, in milliseconds. */
export const LONGEST_MS = 5 * 60 * 1000;
/** What is shorter was not meant. */
export const SHORTEST_MS = 500;
/** How often the loudness is looked at. */
const LOOK_MS = 50;
/** How often the browser hands over what it has recorded. */
const PART_MS = 1000;
/** Enough for speech. */
const BITS_PER_SECOND = 32_000;
/** As many as the widest composer shows. */
const SHOWN_LEVELS = 300;
/** What is recorded, the best first; everybody's browser has to play it. */
const FORMATS = [
  { type: 'audio/webm;codecs=opus', ending: 'webm' },
  { type: 'audio/mp4;codecs=mp4a.40.2', ending: 'm4a' },
  { type: 'audio/mp4', ending: 'm4a' },
  { type: 'audio/ogg;codecs=opus', ending: 'ogg' },
];

/** Why nothing can be recorded. */
export type Obstacle = 'insecure' | 'unsupported' | 'denied' | 'missing' | 'busy';

export interface Recorded {
  file: File;
  voice: Voice;
}

/** One recording of the microphone, from the question whether it may be used to the file. */
export class Recorder {
  /** Nothing can be added when it is `full`, as long as can be, or the microphone is `gone`. */
  state = $state<'asking' | 'recording' | 'paused' | 'full' | 'gone' | 'refused'>('asking');
  obstacle = $state<Obstacle>();
  /** What was recorded so far, in milliseconds. */
  elapsed = $state(0);
  /** How loud it was at the moments that were looked at, from 0 to 1. */
  levels = $state.raw<readonly number[]>([]);

  readonly #moments: Moment[] = [];
  readonly #chunks: Blob[] = [];
  #microphone: MediaRecorder | undefined;
  #stopped: Promise<void> | undefined;
  #ending = 'webm';
  #stream: MediaStream | undefined;
  #context: AudioContext | undefined;
  #analyser: AnalyserNode | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;
  /** What had been recorded before the last pause, and when it went on. */
  #before = 0;
  #since = 0;
  #isOver = false;

  /** Asks for the microphone, and begins. */
  async begin(): Promise<void> {
    this.state = 'asking';
    this.obstacle = undefined;
    try {
      const stream = await microphone();
      // Nobody waits for it any more.
      if (this.#isOver) return release(stream);
      this.#stream = stream;
      this.#listen(stream);
      this.#record(stream);
    } catch (error) {
      this.#release();
      this.obstacle = obstacleOf(error);
      this.state = 'refused';
    }
  }

  get isLongEnough(): boolean {
    return this.elapsed >= SHORTEST_MS;
  }

  pause(): void {
    if (this.state !== 'recording') return;
    this.#count();
    this.#microphone?.pause();
    if (this.state === 'recording') this.state = 'paused';
  }

  resume(): void {
    if (this.state !== 'paused') return;
    this.#before = this.elapsed;
    this.#since = performance.now();
    this.#microphone?.resume();
    this.state = 'recording';
  }

  /** Ends it and lets the microphone go; nothing when there is nothing to be heard. */
  async end(): Promise<Recorded | null> {
    this.#isOver = true;
    this.#count();
    await this.#stop();
    this.#release();
    if (this.#chunks.length === 0 || !this.isLongEnough) return null;
    const durationMs = Math.min(Math.round(this.elapsed), LONGEST_MS);
    const type = this.#microphone?.mimeType ?? '';
    const recording = await withDuration(new Blob(this.#chunks, { type }), durationMs);
    const file = new File([recording], `voice-${stamp(new Date())}.${this.#ending}`, { type });
    return { file, voice: { durationMs, peaks: encodePeaks(peaksOf(this.#moments, durationMs)) } };
  }

  #record(stream: MediaStream): void {
    const format = FORMATS.find(({ type }) => MediaRecorder.isTypeSupported(type));
    if (!format) throw new Unsupported();
    this.#ending = format.ending;
    const recorder = new MediaRecorder(stream, {
      mimeType: format.type,
      audioBitsPerSecond: BITS_PER_SECOND,
    });
    recorder.ondataavailable = ({ data }) => {
      if (data.size > 0) this.#chunks.push(data);
      // Clocks of pages that nobody looks at are slow; these are not.
      this.#count();
    };
    recorder.onstart = () => {
      this.#since = performance.now();
      this.state = 'recording';
      this.#looking = setInterval(() => this.#look(), LOOK_MS);
    };
    // The microphone was taken out, or its permission back.
    this.#stopped = new Promise((resolve) => {
      recorder.onstop = () => {
        this.#count();
        this.#close('gone');
        resolve();
      };
    });
    recorder.start(PART_MS);
    this.#microphone = recorder;
  }

  #listen(stream: MediaStream): void {
    this.#context = new AudioContext();
    void this.#context.resume();
    this.#analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }

  #look(): void {
    this.#count();
    if (this.state !== 'recording' || !this.#analyser) return;
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const level = Math.min(Math.sqrt(power), 1);
    this.#moments.push({ at: this.elapsed, level });
    this.levels = [...this.levels.slice(1 - SHOWN_LEVELS), level];
  }

  #count(): void {
    if (this.state !== 'recording') return;
    this.elapsed = this.#before + performance.now() - this.#since;
    if (this.elapsed < LONGEST_MS) return;
    this.elapsed = LONGEST_MS;
    this.#close('full');
  }

  #close(why: 'full' | 'gone'): void {
    if (this.#isOver || (this.state !== 'recording' && this.state !== 'paused')) return;
    this.state = why;
    void this.#stop().then(() => this.#release());
  }

  /** The last part comes before it has stopped. */
  async #stop(): Promise<void> {
    if (this.#microphone && this.#microphone.state !== 'inactive') this.#microphone.stop();
    await this.#stopped;
  }

  #release(): void {
    clearInterval(this.#looking);
    if (this.#stream) release(this.#stream);
    this.#stream = undefined;
    void this.#context?.close();
    this.#context = undefined;
    this.#analyser = undefined;
  }
}

class Unsupported extends Error {}

function microphone(): Promise<MediaStream> {
  if (!isSecureContext) throw new DOMException('', 'SecurityError');
  if (!('mediaDevices' in navigator) || !('MediaRecorder' in window)) throw new Unsupported();
  const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true };
  return navigator.mediaDevices.getUserMedia({ audio });
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function obstacleOf(error: unknown): Obstacle {
  if (!isSecureContext) return 'insecure';
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'unsupported';
  }
}

/** `20261122-140503`, by the clock on the wall. */
function stamp(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}
