/** A place in something spoken: `1:05`. */
export function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, '0')}`;
}

/** How long something spoken is; what is shorter than a second is called one. */
export function voiceTime(ms: number): string {
  return clockOf(Math.max(1, Math.round(ms / 1000)));
}
