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
      'twoFactor.on',
      'twoFactor.off',
      'twoFactor.reset',
      'twoFactor.codes',
      'twoFactor.recovery',
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
    ],
  ],
] as const satisfies readonly (readonly [string, readonly AuditAct[]])[];

/** An id means nothing to people. */
const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** What else an entry tells, in a few words. */
export function detailText({ detail }: AuditEntry): string {
  const parts = Object.entries(detail).flatMap(([name, value]) => {
    const text = valueText(value);
    // What this client has no word for goes by its own name.
    return text ? [`${t(`audit.detail.${name}` as MessageKey) || name}: ${text}`] : [];
  });
  return parts.join(', ');
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(valueText).filter(Boolean).join(', ');
  if (isChange(value)) {
    const [from, to] = [value.from, value.to].map((one) => valueText(one) || t('audit.nothing'));
    return `${from} → ${to}`;
  }
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  if (ID.test(text)) return '';
  return MOMENT.test(text) ? exactTime(text) : text;
}

function isChange(value: unknown): value is { from: unknown; to: unknown } {
  return typeof value === 'object' && value !== null && 'from' in value && 'to' in value;
}
