/** How many parts of a voice message have their loudness told. */
export const PARTS = 64;
/** Where nobody speaks, breath and hum are not drawn as if it were speech. */
const QUIET = 0.02;

/** How loud a recording was at a moment of it. */
export interface Moment {
  /** In milliseconds from its beginning. */
  at: number;
  /** From 0 to 1. */
  level: number;
}

/** How loud each part of a recording is: its loudest moment, and 255 for the loudest part of all. */
export function peaksOf(moments: readonly Moment[], durationMs: number): Uint8Array {
  const loudest = moments.reduce((most, { level }) => Math.max(most, level), QUIET);
  const parts = new Array<number | undefined>(PARTS).fill(undefined);
  for (const { at, level } of moments) {
    const part = Math.min(
      Math.max(Math.floor((at / Math.max(durationMs, 1)) * PARTS), 0),
      PARTS - 1,
    );
    parts[part] = Math.max(parts[part] ?? 0, level);
  }
  let before = parts.find((level) => level !== undefined) ?? 0;
  // A part in which nobody looked is as loud as the one before.
  return Uint8Array.from(parts, (level) => {
    before = level ?? before;
    return Math.round((Math.min(before, loudest) / loudest) * 255);
  });
}

/** So many bars out of what a message tells of its loudness, each from 0 to 1. */
export function barsOf(peaks: Uint8Array, count: number): number[] {
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * peaks.length) / count);
    const to = Math.max(Math.floor(((bar + 1) * peaks.length) / count), from + 1);
    return Math.max(0, ...peaks.subarray(from, to)) / 255;
  });
}

export function encodePeaks(peaks: Uint8Array): string {
  return btoa(String.fromCharCode(...peaks));
}

export function decodePeaks(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
