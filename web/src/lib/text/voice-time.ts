import { clockOf } from './clock';

/** How long something spoken is; what is shorter than a second is called one. */
export function voiceTime(ms: number): string {
  return clockOf(Math.max(1, Math.round(ms / 1000)));
}
