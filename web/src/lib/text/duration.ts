import { t } from '../i18n/catalogue.svelte';

/** A time of whole seconds, minutes or hours in words. */
export function durationText(seconds: number): string {
  if (seconds >= 3600 && seconds % 3600 === 0) {
    return t('rules.slowMode.hours', { n: seconds / 3600 });
  }
  if (seconds >= 60 && seconds % 60 === 0) return t('rules.slowMode.minutes', { n: seconds / 60 });
  return t('rules.slowMode.seconds', { n: seconds });
}

/** What is left of a time, as a clock shows it: 0:05, 12:30, 1:00:00. */
export function countdownText(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  const tail = `${hours > 0 ? two(minutes) : minutes}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}
