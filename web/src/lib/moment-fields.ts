/** What the browser's fields for a day and a time hold. */

const two = (n: number) => String(n).padStart(2, '0');

/** “2026-12-24”, in the reader's calendar. */
export function dayValue(moment: Date): string {
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** “17:30” */
export function timeValue(moment: Date): string {
  return `${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** The moment that two fields name; null while one of them is not filled in. */
export function momentOf(day: string, time: string): Date | null {
  const moment = new Date(`${day}T${time}`);
  return Number.isNaN(moment.getTime()) ? null : moment;
}
