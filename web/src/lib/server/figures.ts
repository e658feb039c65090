import type { ServerFigures, TimesFigures } from '../../generated/contract';

/** So many looks at the server are kept, about four minutes. */
const KEPT = 120;

/** Adds a look to those before. After a restart the counts begin anew, and so does what is kept. */
export function keep(looks: readonly ServerFigures[], next: ServerFigures): ServerFigures[] {
  const before = looks.filter((look) => look.startedAt === next.startedAt);
  return [...before, next].slice(-KEPT);
}

/** How often a second something was counted between each look and the one before. */
export function rates(
  looks: readonly ServerFigures[],
  count: (look: ServerFigures) => number,
): number[] {
  return between(looks, (before, after) => {
    const seconds = (Date.parse(after.at) - Date.parse(before.at)) / 1000;
    return seconds > 0 ? Math.max(0, count(after) - count(before)) / seconds : 0;
  });
}

/** A quantile of what came between each look and the one before, in milliseconds; 0 where nothing did. */
export function quantiles(
  looks: readonly ServerFigures[],
  times: (look: ServerFigures) => TimesFigures,
  part: number,
): number[] {
  return between(looks, (before, after) => quantile(since(times(before), times(after)), part) ?? 0);
}

/** A quantile of everything that came between the first look and the last, in milliseconds; null if nothing did. */
export function quantileOfAll(
  looks: readonly ServerFigures[],
  times: (look: ServerFigures) => TimesFigures,
  part: number,
): number | null {
  const [first, last] = [looks[0], looks.at(-1)];
  return first && last ? quantile(since(times(first), times(last)), part) : null;
}

/**
 * The time below which this part of all lies, in milliseconds, as even as times lie between two bounds. What is beyond
 * the last bound counts as the last bound.
 */
export function quantile({ upTo, counts }: TimesFigures, part: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let below = 0;
  for (const [place, count] of counts.entries()) {
    if (below + count >= part * all && count > 0) {
      const from = place === 0 ? 0 : (upTo[place - 1] ?? 0);
      const to = upTo[place] ?? from;
      return (from + ((part * all - below) / count) * (to - from)) / 1000;
    }
    below += count;
  }
  return (upTo.at(-1) ?? 0) / 1000;
}

function since(before: TimesFigures, after: TimesFigures): TimesFigures {
  const counts = after.counts.map((count, place) =>
    Math.max(0, count - (before.counts[place] ?? 0)),
  );
  return { upTo: after.upTo, counts };
}

function between(
  looks: readonly ServerFigures[],
  step: (before: ServerFigures, after: ServerFigures) => number,
): number[] {
  return looks.slice(1).map((after, place) => step(looks[place] ?? after, after));
}

/** The points of a line in a box of 100 by 100, from its left to its right; its top is the highest value. */
export function linePoints(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  const step = values.length > 1 ? 100 / (values.length - 1) : 0;
  const height = (value: number) => (most > 0 ? 96 - (value / most) * 92 : 96);
  return values.map((value, place) => `${round(place * step)},${round(height(value))}`).join(' ');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
