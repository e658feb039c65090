import type { AuditAct, AuditEntry } from '../../generated/contract';
import { t, type MessageKey } from '../i18n/catalogue.svelte';
import { exactTime } from '../text/time';

/** Every act, as it is offered to be looked for. */
export const actGroups = [
  [
    'people',
    [
      'person.made',
      'person.role',
      'person.deactivated',
      'person.reactivated',
      'person.erased',
      'person.reset',
      'bot.made',
      'bot.token',
      'session.ended',
      'login.failed',
      'password.changed',
      'invite.made',
      'invite.revoked',
    ],
  ],
  [
    'rooms',
    [
      'room.role',
      'room.deleted',
      'room.settings',
      'member.removed',
      'message.hidden',
      'message.shown',
      'message.deleted',
      'report.resolved',
      'emoji.removed',
      'announcement.made',
      'announcement.ended',
    ],
  ],
  [
    'server',
    [
      'settings.changed',
      'job.run',
      'key.rotated',
      'search.rebuilt',
      'backup.made',
      'backup.restored',
      'export.made',
      'import.made',
    ],
  ],
] as const satisfies readonly (readonly [string, readonly AuditAct[]])[];

/** An id means nothing to people. */
const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Whose values are words of the protocol, and where each stands in the catalogue. */
const WORDS: Record<string, (word: string) => string> = {
  job: (word) => `jobs.${word}`,
  accent: (word) => `settings.accent.${word}`,
  ...Object.fromEntries(
    [
      'role',
      'outcome',
      'of',
      'level',
      'createRooms',
      'mentionEverybody',
      'roomRetention',
      'posting',
      'mentionAll',
    ].map((name) => [name, (word: string) => `audit.value.${word}`]),
  ),
};

/** What else an entry tells, in a few words. */
export function detailText({ detail }: Pick<AuditEntry, 'detail'>): string {
  // A role that is another now is told as what it was and what it is.
  const { from, to, ...rest } = detail;
  const named = isChange(detail) ? { role: { from, to }, ...rest } : detail;
  const parts = Object.entries(named).flatMap(([name, value]) => {
    const text = valueText(value, WORDS[name]);
    // What this client has no word for goes by its own name.
    return text ? [`${t(`audit.detail.${name}` as MessageKey) || name}: ${text}`] : [];
  });
  return parts.join(', ');
}

function valueText(value: unknown, keyOf?: (word: string) => string): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) {
    return value
      .map((one) => valueText(one, keyOf))
      .filter(Boolean)
      .join(', ');
  }
  if (isChange(value)) {
    const [from, to] = [value.from, value.to].map(
      (one) => valueText(one, keyOf) || t('audit.nothing'),
    );
    return `${from} → ${to}`;
  }
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  if (ID.test(text)) return '';
  if (MOMENT.test(text)) return exactTime(text);
  // What this client has no word for goes by its own name.
  return (keyOf && t(keyOf(text) as MessageKey)) || text;
}

function isChange(value: unknown): value is { from: unknown; to: unknown } {
  return typeof value === 'object' && value !== null && 'from' in value && 'to' in value;
}
