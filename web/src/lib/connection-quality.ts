export type Quality = 'good' | 'fair' | 'poor';

/** Round trips below these feel instant, and bearable; in milliseconds. */
const GOOD_MS = 200;
const FAIR_MS = 600;
/** How many of the latest heartbeats count. */
const MOST = 5;

/** The latest round trips, the newest last, with one more. */
export function withRoundTrip(known: readonly number[], latest: number): readonly number[] {
  return [...known, latest].slice(-MOST);
}

/** The round trip in the middle, which one slow heartbeat does not change; null before the first. */
export function typicalRoundTrip(roundTrips: readonly number[]): number | null {
  return roundTrips.toSorted((a, b) => a - b)[roundTrips.length >> 1] ?? null;
}

export function qualityOf(roundTrip: number): Quality {
  if (roundTrip < GOOD_MS) return 'good';
  return roundTrip < FAIR_MS ? 'fair' : 'poor';
}
