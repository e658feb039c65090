import { expect, it } from 'vitest';
import { remindTimes } from '../remind-times';
import { dueText, endOfDay } from './due';
import { dayText, daysAhead } from './moment';

// A Saturday.
const NOW = new Date(2026, 10, 21, 15, 0);
const on = (day: number, hour = 12, month = 10, year = 2026) => new Date(year, month, day, hour);

it.each([
  [on(21, 23), 'today', 0],
  [on(22, 1), 'tomorrow', 1],
  [on(20, 23), 'yesterday', -1],
  [on(18), '3 days ago', -3],
  [on(25), 'Wednesday', 4],
  [on(28), 'Nov 28', 7],
  [on(1), 'Nov 1', -20],
  [on(24, 12, 11, 2027), 'Dec 24, 2027', 398],
])('%s is %s', (moment, text, days) => {
  expect(dayText(moment, NOW)).toBe(text);
  expect(daysAhead(moment, NOW)).toBe(days);
});

it('tells the time of what is due, unless it is a whole day', () => {
  expect(dueText(endOfDay(on(22)).toISOString(), NOW)).toBe('Tomorrow');
  expect(dueText(on(22, 17).toISOString(), NOW)).toMatch(/^Tomorrow 5:00\sPM$/);
});

it('offers times for a reminder that lie ahead, in their order', () => {
  for (const now of [NOW, on(22), on(23, 0)]) {
    const times = remindTimes(now).map(([, at]) => at.getTime());
    expect(times.every((at) => at > now.getTime())).toBe(true);
    expect(times.slice(0, 3)).toEqual([...times.slice(0, 3)].sort((a, b) => a - b));
    expect(new Date(times[4] ?? 0).getDay()).toBe(1);
  }
});
