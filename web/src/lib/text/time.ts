import { currentLanguage, t } from '../i18n/catalogue.svelte';

const formats = new Map<string, Intl.DateTimeFormat>();

/** How moments are written in the reader's language. */
export function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const language = currentLanguage();
  const key = language + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(language, options);
    formats.set(key, made);
  }
  return made;
}

/** “3:05 PM” */
export function clockTime(time: string): string {
  return format({ timeStyle: 'short' }).format(new Date(time));
}

/** “3:05”, for where there is no place for more. */
export function briefTime(time: string): string {
  const parts = format({ timeStyle: 'short' }).formatToParts(new Date(time));
  const isClock = ({ type }: Intl.DateTimeFormatPart) => type === 'hour' || type === 'minute';
  return parts
    .filter(isClock)
    .map(({ value }) => value)
    .join(':');
}

/** “Friday, 21 November 2026 at 15:05:09” */
export function exactTime(time: string): string {
  return format({ dateStyle: 'full', timeStyle: 'medium' }).format(new Date(time));
}

/** “Today”, “Yesterday”, “Friday, 21 November”; with the year when it is another one. */
export function dayName(time: string, now = new Date()): string {
  const day = new Date(time);
  if (isSameDay(day, now)) return t('message.today');
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (isSameDay(day, yesterday)) return t('message.yesterday');
  const year = day.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return format({ weekday: 'long', day: 'numeric', month: 'long', ...year }).format(day);
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Whether a time is told by its distance to now, which changes while it is shown. */
export function isRecent(time: string, now: number): boolean {
  const age = now - new Date(time).getTime();
  // A clock that goes a little slow must not tell of the future.
  return age < HOUR_MS && age > -MINUTE_MS;
}

/** “just now”, “5 min. ago”, and from an hour on “3:05 PM”. */
export function messageTime(time: string, now: number): string {
  if (!isRecent(time, now)) return clockTime(time);
  const minutes = Math.floor((now - new Date(time).getTime()) / MINUTE_MS);
  if (minutes < 1) return t('time.justNow');
  return t('time.minutesAgo', { n: minutes });
}

/** Whether two moments lie on one day of the reader's calendar. */
export function isSameDay(a: Date, b: Date): boolean {
  return (
    a.getDate() === b.getDate() &&
    a.getMonth() === b.getMonth() &&
    a.getFullYear() === b.getFullYear()
  );
}
