import { t } from '../i18n/catalogue.svelte';

/** A room keeps its messages as the whole team does. */
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

/**
 * After how many days messages are going to be removed that are not yet, when a room's time changes; 0 if none are. Each
 * time is in days, 0 for ever; the team's is absent for that.
 */
export function threatened(days: number, before: number, teamDays: number | undefined): number {
  const inEffect = (chosen: number) => (chosen === AS_TEAM ? (teamDays ?? 0) : chosen);
  return inEffect(days) === inEffect(before) ? 0 : inEffect(days);
}

/** “30 days”, “1 year”, “For ever”. */
export function retentionText(days: number): string {
  if (days === 0) return t('retention.forever');
  return days % 365 === 0
    ? t('retention.years', { n: days / 365 })
    : t('retention.days', { n: days });
}
