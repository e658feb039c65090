import { t } from '../i18n/catalogue.svelte';

/** Of a room: as the whole team has it. */
export const AS_TEAM = -1;

const USUAL = [0, 7, 30, 90, 180, 365, 730, 1825, 3650];

/** The times that are offered, with the one that stands now, and what they are called; 0 is for ever. */
export function retentionChoices(now: number): [number, string][] {
  const days = [...new Set([...USUAL, now])].sort((a, b) => a - b);
  return days.map((choice) => [choice, retentionText(choice)]);
}

/** What is offered for a room, which may go by its team. */
export function roomRetentionChoices(now = 0): [number, string][] {
  return [[AS_TEAM, t('retention.team')], ...retentionChoices(now)];
}

/** “30 days”, “1 year”, “For ever”. */
export function retentionText(days: number): string {
  if (days === 0) return t('retention.forever');
  return days % 365 === 0
    ? t('retention.years', { n: days / 365 })
    : t('retention.days', { n: days });
}
