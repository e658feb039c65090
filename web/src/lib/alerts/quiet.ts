import type { QuietHours } from '../../generated/contract';

/** Whether a moment lies within somebody's quiet hours, in the time zone that they are meant in. */
export function isQuiet(hours: QuietHours | undefined, now = new Date()): boolean {
  if (!hours) return false;
  const { from, to, timeZone } = hours;
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const time = clock.format(now);
  return from < to ? time >= from && time < to : time >= from || time < to;
}
