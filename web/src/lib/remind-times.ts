import type { LaterTexts } from './i18n/texts';

/** The hour at which a day's work begins. */
const MORNING = 9;

/** What is offered for a reminder, with the time that each means now. */
export function remindTimes(now = new Date()): [keyof LaterTexts & `reminder.${string}`, Date][] {
  const after = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const morning = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);
  // Of next week, which begins with Monday.
  const monday = (8 - now.getDay()) % 7 || 7;
  return [
    ['reminder.in20', after(20)],
    ['reminder.in60', after(60)],
    ['reminder.in180', after(180)],
    ['reminder.tomorrow', morning(1)],
    ['reminder.monday', morning(monday)],
  ];
}
