/** How long a status lasts: minutes, or to the end of the day or of the week; null for ever. */
export type StatusLength = number | 'today' | 'week' | null;

/** When a status ends that begins now, in the calendar of who sets it. Weeks end with Sunday. */
export function statusEnd(length: StatusLength, now = new Date()): Date | null {
  if (length === null) return null;
  if (typeof length === 'number') return new Date(now.getTime() + length * 60_000);
  const daysLeft = length === 'today' ? 0 : (7 - now.getDay()) % 7;
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + daysLeft + 1);
}
