/** A length of time at the start of a text. */
export interface Duration {
  ms: number;
  /** Whole days, when it is told in days or weeks alone. */
  days?: number;
  /** How many characters it takes. */
  length: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: [RegExp, number][] = [
  [/^(?:m|mins?|minutes?|분)(?![a-z])/i, MINUTE],
  [/^(?:h|hrs?|hours?|시간)(?![a-z])/i, HOUR],
  [/^(?:d|days?|일)(?![a-z])/i, DAY],
  [/^(?:w|weeks?|주일|주)(?![a-z])/i, 7 * DAY],
];

const COUNTS: Record<string, number> = { a: 1, an: 1, 한: 1, 두: 2, 세: 3, 네: 4, 다섯: 5 };
const COUNT = /^(?:(\d{1,5}(?:\.\d{1,2})?)|(an?|한|두|세|네|다섯)(?=\s))\s*/i;

/** Whole phrases that are no count with a unit. */
const PHRASES: [RegExp, number][] = [
  [/^half an hour(?![a-z])/i, 30 * MINUTE],
  [/^반\s?시간/, 30 * MINUTE],
  [/^하루/, DAY],
  [/^이틀/, 2 * DAY],
  [/^일주일/, 7 * DAY],
];

/** “20m”, “1h 30min”, “2 hours”, “1시간 반”. Null when the text begins with none. */
export function durationAt(text: string): Duration | null {
  for (const [pattern, ms] of PHRASES) {
    const found = pattern.exec(text);
    if (found) return { ms, length: found[0].length, ...(ms >= DAY ? { days: ms / DAY } : {}) };
  }
  let ms = 0;
  let length = 0;
  let smallest = Infinity;
  for (;;) {
    const blank = length === 0 ? 0 : (/^(?:\s|and\s)*/i.exec(text.slice(length))?.[0].length ?? 0);
    const part = partAt(text.slice(length + blank), smallest);
    if (!part) break;
    ms += part.ms;
    length += blank + part.length;
    smallest = part.unit;
  }
  if (length === 0) return null;
  const days = ms / DAY;
  return { ms, length, ...(smallest >= DAY && Number.isInteger(days) ? { days } : {}) };
}

/** One count with its unit, which must be smaller than the one before. */
function partAt(text: string, smallerThan: number) {
  if (smallerThan === HOUR && /^반(?!\p{L})/u.test(text)) {
    return { ms: 30 * MINUTE, length: 1, unit: MINUTE };
  }
  const count = COUNT.exec(text);
  if (!count) return null;
  const [whole, digits, word = ''] = count;
  const rest = text.slice(whole.length);
  for (const [pattern, unit] of UNITS) {
    const found = pattern.exec(rest);
    if (!found || unit >= smallerThan) continue;
    const n = digits ? Number(digits) : (COUNTS[word.toLowerCase()] ?? 0);
    return { ms: n * unit, length: whole.length + found[0].length, unit };
  }
  return null;
}
