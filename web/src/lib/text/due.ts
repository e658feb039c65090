import { dayText } from './moment';
import { clockTime } from './time';

/** A date without a time is due at the end of its day. */
export function endOfDay(day: Date): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate(), 23, 59);
}

export function isWholeDay(moment: Date): boolean {
  return moment.getHours() === 23 && moment.getMinutes() === 59;
}

/** “Today”, “Tomorrow 5:00 PM”, “Friday”, “3 days ago”. */
export function dueText(dueAt: string, now: Date): string {
  const moment = new Date(dueAt);
  const day = dayText(moment, now);
  const text = isWholeDay(moment) ? day : `${day} ${clockTime(dueAt)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
