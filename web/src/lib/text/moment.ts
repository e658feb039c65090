import { currentLanguage } from '../i18n/catalogue.svelte';
import { clockTime, isSameDay } from './time';

const DAY_MS = 86_400_000;

/** How many days of the calendar lie between now and a moment; negative for the past. */
export function daysAhead(moment: Date, now: Date): number {
  const startOf = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  // A day may have 23 or 25 hours.
  return Math.round((startOf(moment).getTime() - startOf(now).getTime()) / DAY_MS);
}

/** “today”, “tomorrow”, “Friday”, “3 days ago”, “24 Dec”, and of other years “24 Dec 2027”. */
export function dayText(moment: Date, now: Date): string {
  const language = currentLanguage();
  const days = daysAhead(moment, now);
  if (Math.abs(days) <= 1 || (days < 0 && days > -7)) {
    return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day');
  }
  if (days > 0 && days < 7) return moment.toLocaleDateString(language, { weekday: 'long' });
  const year = moment.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return moment.toLocaleDateString(language, { month: 'short', day: 'numeric', ...year });
}

/** “5:30 PM” today, “tomorrow 9:00 AM”, “24 Dec 10:00 AM”. */
export function momentText(moment: Date, now = new Date()): string {
  const time = clockTime(moment.toISOString());
  return isSameDay(moment, now) ? time : `${dayText(moment, now)} ${time}`;
}
