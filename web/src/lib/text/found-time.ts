import { currentLanguage, t } from '../i18n/catalogue.svelte';
import { clockTime, format, isRecent, isSameDay, messageTime } from './time';

/** “5 minutes ago”, by the largest fitting unit; “just now” within a minute. */
export function timeAgo(time: string, now = Date.now()): string {
  const seconds = Math.round((new Date(time).getTime() - now) / 1000);
  const relative = new Intl.RelativeTimeFormat(currentLanguage(), { numeric: 'auto' });
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return t('time.justNow');
}

/** “3:05 PM” today, “Yesterday 3:05 PM”, “21 Nov, 3:05 PM”, and of other years “21 Nov 2024”. */
export function foundTime(time: string, now = new Date()): string {
  const moment = new Date(time);
  if (isSameDay(moment, now)) return clockTime(time);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (isSameDay(moment, yesterday)) return `${t('message.yesterday')} ${clockTime(time)}`;
  if (moment.getFullYear() !== now.getFullYear())
    return format({ dateStyle: 'medium' }).format(moment);
  return statusTime(time, now);
}

/** “5 min. ago”, and from an hour on as `foundTime`. */
export function listedTime(time: string, now: number): string {
  return isRecent(time, now) ? messageTime(time, now) : foundTime(time);
}

/** “3:05 PM” today, else “21 Nov, 3:05 PM”. */
export function statusTime(time: string, now = new Date()): string {
  const moment = new Date(time);
  if (isSameDay(moment, now)) return clockTime(time);
  return format({ month: 'short', day: 'numeric', hour: 'numeric', minute: 'numeric' }).format(
    moment,
  );
}
