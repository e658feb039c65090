import type { AuditAct, AuditEntry } from '../../generated/contract';
import { t } from '../i18n/catalogue.svelte';

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

/** What else an entry tells, in a few words: names and values as they are kept. */
export function detailText({ detail }: AuditEntry): string {
  const parts = Object.entries(detail).flatMap(([name, value]) => {
    const text = valueText(value);
    return text ? [`${name}: ${text}`] : [];
  });
  return parts.join(', ');
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(valueText).join(' ');
  if (isChange(value)) {
    return `${valueText(value.from) || t('audit.nothing')} → ${valueText(value.to) || t('audit.nothing')}`;
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isChange(value: unknown): value is { from: unknown; to: unknown } {
  return typeof value === 'object' && value !== null && 'from' in value && 'to' in value;
}
