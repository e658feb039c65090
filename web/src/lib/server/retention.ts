import { t } from '../i18n/catalogue.svelte';

const USUAL = [0, 7, 30, 90, 180, 365, 730, 1825, 3650];

/** The times that are offered, with the one that stands now; 0 is for ever. */
export function retentionChoices(now: number): number[] {
  return [...new Set([...USUAL, now])].sort((a, b) => a - b);
}

/** “30 days”, “1 year”, “For ever”. */
export function retentionText(days: number): string {
  if (days === 0) return t('retention.forever');
  return days % 365 === 0
    ? t('retention.years', { n: days / 365 })
    : t('retention.days', { n: days });
}
