import { t } from '../i18n/catalogue.svelte';

/** A time of whole seconds, minutes or hours in words. */
export function durationText(seconds: number): string {
  if (seconds >= 3600 && seconds % 3600 === 0) {
    return t('rules.slowMode.hours', { n: seconds / 3600 });
  }
  if (seconds >= 60 && seconds % 60 === 0) return t('rules.slowMode.minutes', { n: seconds / 60 });
  return t('rules.slowMode.seconds', { n: seconds });
}
