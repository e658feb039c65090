import { durationAt } from './duration';

/** A moment that a text begins with. */
export interface When {
  at: Date;
  /** How many characters name it. */
  length: number;
  /** A day was named, and no time. */
  isDay: boolean;
}

interface Clock {
  hour: number;
  minute: number;
  length: number;
  /** It may be meant in the morning or in the afternoon. */
  isVague: boolean;
}

interface Day {
  year: number;
  month: number;
  day: number;
  length: number;
  isToday: boolean;
}

/** When a day is named without a time. */
const MORNING: [number, number] = [9, 0];

const WEEKDAYS = [
  /^(?:sun(?:day)?|일요일)/i,
  /^(?:mon(?:day)?|월요일)/i,
  /^(?:tue(?:s(?:day)?)?|화요일)/i,
  /^(?:wed(?:nesday)?|수요일)/i,
  /^(?:thu(?:rs(?:day)?)?|목요일)/i,
  /^(?:fri(?:day)?|금요일)/i,
  /^(?:sat(?:urday)?|토요일)/i,
];

/**
 * The moment that a text begins with, in the reader's calendar: “in 20m”, “at 17:30”, “tomorrow 9:00”, “on friday at 3pm”,
 * “2026-12-24 10:00”, “20분 뒤”, “내일 오전 9시”, “다음 주 월요일 3시 반”. Null when it begins with none. A day without a
 * time is its morning, or the time that is given.
 */
export function whenAt(text: string, now: Date, ofDay = MORNING): When | null {
  return later(text, now) ?? dated(text, now, ofDay) ?? today(text, now);
}

/** So much later: “in 20m”, “20분 뒤에”, “in 3 days at 9”. */
function later(text: string, now: Date): When | null {
  const sign = /^in\s+/i.exec(text)?.[0].length ?? 0;
  const duration = durationAt(text.slice(sign));
  if (!duration || duration.ms === 0) return null;
  const after = text.slice(sign + duration.length);
  const behind = /^\s*(?:뒤에?|후에?|있다가|이따가?)(?![가-힣])/.exec(after)?.[0].length ?? 0;
  if (sign === 0 && behind === 0) return null;
  const length = sign + duration.length + behind;
  if (duration.days !== undefined) {
    const clock = clockBehind(text.slice(length));
    if (clock) {
      const { hour, minute } = clock.time;
      const at = onDay(now, duration.days, hour, minute);
      return { at, length: length + clock.length, isDay: false };
    }
  }
  return { at: new Date(now.getTime() + duration.ms), length, isDay: false };
}

/** On a day: “tomorrow at 9”, “금요일 3시”. */
function dated(text: string, now: Date, [hour, minute]: [number, number]): When | null {
  const on = /^on\s+/i.exec(text)?.[0].length ?? 0;
  const day = dayAt(text.slice(on), now);
  if (!day) return null;
  const length = on + day.length;
  const clock = clockBehind(text.slice(length));
  if (!clock) {
    return { at: new Date(day.year, day.month, day.day, hour, minute), length, isDay: true };
  }
  let at = new Date(day.year, day.month, day.day, clock.time.hour, clock.time.minute);
  const isOver = day.isToday && at <= now;
  if (isOver && clock.time.isVague) at = new Date(at.getTime() + 12 * 3_600_000);
  return { at, length: length + clock.length, isDay: false };
}

/** At a time of the day: the next one that comes. */
function today(text: string, now: Date): When | null {
  const sign = /^at\s+/i.exec(text)?.[0].length ?? 0;
  const rest = text.slice(sign);
  const clock = clockAt(rest) ?? (sign > 0 ? bareHour(rest) : null);
  if (!clock) return null;
  const { hour, minute } = clock;
  const candidates = [0, ...(clock.isVague && hour < 12 ? [12] : []), 24, 36];
  const times = candidates.map((more) => onDay(now, 0, (hour % 24) + more, minute));
  const at = times.find((time) => time > now);
  return at ? { at, length: sign + clock.length, isDay: false } : null;
}

function onDay(now: Date, days: number, hour: number, minute: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour, minute);
}

/** A time behind a day: a number alone counts there, as in “tomorrow 9”. */
function clockBehind(text: string): { time: Clock; length: number } | null {
  const blank = /^\s*,?\s*(?:에\s*)?(?:at\s+)?/i.exec(text)?.[0].length ?? 0;
  if (blank === 0 && !/^\s/.test(text)) return null;
  const rest = text.slice(blank);
  const found = clockAt(rest) ?? bareHour(rest);
  if (!found) return null;
  // Nobody means three in the night.
  const isAfternoon = found.isVague && found.hour <= 6;
  const time = isAfternoon ? { ...found, hour: found.hour + 12, isVague: false } : found;
  return { time, length: blank + found.length };
}

function bareHour(text: string): Clock | null {
  const found = /^(\d{1,2})(?![\p{L}\d:.])/u.exec(text);
  return found ? clock(found[0].length, Number(found[1]), 0, undefined) : null;
}

/** “17:30”, “5pm”, “5:30 pm”, “오후 5시 반”, “17시 30분”; with “at” before it also “5”. */
function clockAt(text: string): Clock | null {
  const korean =
    /^(?:(오전|오후|아침|저녁|밤|새벽|낮)\s*)?(\d{1,2})시(?!간)(?:\s*(?:(\d{1,2})분|(반)(?!\p{L})))?(?:에(?![가-힣]))?/u.exec(
      text,
    );
  if (korean) {
    const [whole, part, hours, minutes, half] = korean;
    const half12 = part === undefined ? undefined : /오전|아침|새벽/.test(part) ? 'am' : 'pm';
    return clock(whole.length, Number(hours), half ? 30 : Number(minutes ?? 0), half12);
  }
  const colon =
    /^(?:(오전|오후)\s*)?(\d{1,2}):(\d{2})(?!\d)(?:\s*([ap])\.?m\.?(?!\p{L}))?(?:에(?![가-힣]))?/iu.exec(
      text,
    );
  if (colon) {
    const [whole, part, hours, minutes, letter] = colon;
    const sign = part ? (part === '오전' ? 'am' : 'pm') : letter ? halfOf(letter) : 'exact';
    return clock(whole.length, Number(hours), Number(minutes), sign);
  }
  const english = /^(\d{1,2})\s*([ap])\.?m\.?(?!\p{L})/iu.exec(text);
  if (english) {
    const [whole, hours, letter = ''] = english;
    return clock(whole.length, Number(hours), 0, halfOf(letter));
  }
  const noon = /^(?:noon|정오)(?![\p{L}\d])/iu.exec(text);
  return noon ? clock(noon[0].length, 12, 0, 'exact') : null;
}

function halfOf(letter: string): 'am' | 'pm' {
  return letter.toLowerCase() === 'a' ? 'am' : 'pm';
}

function clock(
  length: number,
  hour: number,
  minute: number,
  half: 'am' | 'pm' | 'exact' | undefined,
): Clock | null {
  const most = half === 'am' || half === 'pm' ? 12 : 24;
  if (minute > 59 || hour > most || (hour === 24 && minute > 0)) return null;
  if (half === 'pm' && hour < 12) return { hour: hour + 12, minute, length, isVague: false };
  if (half === 'am' && hour === 12) return { hour: 0, minute, length, isVague: false };
  return { hour, minute, length, isVague: half === undefined && hour >= 1 && hour < 12 };
}

function dayAt(text: string, now: Date): Day | null {
  const relative: [RegExp, number][] = [
    [/^(?:today|오늘)(?![a-z])/i, 0],
    [/^(?:tomorrow|tmr|내일)(?![a-z])/i, 1],
    [/^(?:모레)/, 2],
  ];
  for (const [pattern, days] of relative) {
    const found = pattern.exec(text);
    if (found) return dayIn(now, days, found[0].length);
  }
  return weekdayAt(text, now) ?? calendarDayAt(text, now);
}

function dayIn(now: Date, days: number, length: number): Day {
  const day = onDay(now, days, 0, 0);
  return {
    ...{ year: day.getFullYear(), month: day.getMonth(), day: day.getDate() },
    ...{ length, isToday: days === 0 },
  };
}

/** “friday” is the next one; “next friday” that of the next week, which begins with Monday. */
function weekdayAt(text: string, now: Date): Day | null {
  const next = /^(?:next\s+|다음\s?주\s*)/i.exec(text)?.[0].length ?? 0;
  const lead = next || (/^(?:this\s+|이번\s?주\s*)/i.exec(text)?.[0].length ?? 0);
  const rest = text.slice(lead);
  const weekday = WEEKDAYS.findIndex((pattern) => pattern.test(rest));
  const name = WEEKDAYS[weekday]?.exec(rest)?.[0];
  if (name === undefined || /^[a-z]/i.test(rest.slice(name.length))) return null;
  const fromMonday = (day: number) => (day + 6) % 7;
  const ahead = fromMonday(weekday) - fromMonday(now.getDay());
  const days = next ? ahead + 7 : ahead > 0 ? ahead : ahead + 7;
  return dayIn(now, days, lead + name.length);
}

/** “2026-12-24”, “12월 24일”; without a year the next one that comes. */
function calendarDayAt(text: string, now: Date): Day | null {
  const found =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/.exec(text) ??
    /^(?:(\d{4})년\s*)?(\d{1,2})월\s*(\d{1,2})일/.exec(text);
  if (!found) return null;
  const [whole, years, months, days] = found;
  const [month, day] = [Number(months) - 1, Number(days)];
  let year = years ? Number(years) : now.getFullYear();
  const isPast = (of: number) => new Date(of, month, day + 1) <= now;
  if (!years && isPast(year)) year += 1;
  const date = new Date(year, month, day);
  if (date.getMonth() !== month || date.getDate() !== day) return null;
  const isToday = date.toDateString() === now.toDateString();
  return { year, month, day, length: whole.length, isToday };
}
