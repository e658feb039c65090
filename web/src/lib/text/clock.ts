/** A time as a clock shows it, without the part of a second: 0:05, 12:30, 1:00:00. */
export function clockOf(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  const tail = `${hours > 0 ? two(minutes) : minutes}:${two(Math.floor(seconds) % 60)}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}
