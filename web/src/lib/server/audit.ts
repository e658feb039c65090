import type { AuditAct, AuditEntry, AuditSubject } from '../../generated/contract';
import { sizeText } from '../attachments/size-text';
import { currentLanguage, t, type MessageKey } from '../i18n/catalogue.svelte';
import { durationText } from '../text/duration';
import { exactTime } from '../text/time';
import { retentionText } from './retention';

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
      'archive.asked',
      'archive.downloaded',
      'import.made',
    ],
  ],
] as const satisfies readonly (readonly [string, readonly AuditAct[]])[];

/** An id means nothing to people. */
const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** These say who it was done to, which stands beside them by name. */
const WHO = ['user', 'author', 'addedBy'];
/** What somebody wrote, or called something, is said as it is. */
const FREE = ['name', 'greeting', 'content', 'rooms', 'snapshot', 'version'];

/** What the server calls in words of its own, where it concerns a room, and where it is a certain setting. */
const roomRoles: Record<string, MessageKey> = {
  owner: 'room.owner',
  moderator: 'room.moderator',
  member: 'room.plainMember',
};
const beginnings: Record<string, string> = {
  job: 'jobs',
  accent: 'settings.accent',
  requireTwoFactor: 'team.requireTwoFactor',
};
/** What it calls so everywhere else. */
const words: Record<string, MessageKey> = {
  owner: 'accounts.role.owner',
  admin: 'accounts.role.admin',
  member: 'accounts.role.member',
  guest: 'accounts.role.guest',
  everyone: 'rules.posting.everyone',
  threads: 'rules.posting.threads',
  moderators: 'rules.posting.moderators',
  owners: 'team.owners',
  administrators: 'team.administrators',
  public: 'rooms.kind.public',
  private: 'rooms.kind.private',
  info: 'announcements.level.info',
  warning: 'announcements.level.warning',
  dismissed: 'audit.value.dismissed',
  hidden: 'audit.value.hidden',
  deleted: 'audit.value.deleted',
  true: 'audit.value.true',
  false: 'audit.value.false',
  everything: 'audit.value.everything',
  room: 'audit.value.room',
  person: 'audit.value.person',
  'a refresh token was used twice': 'audit.value.reused',
};

const writers: Record<string, (value: number) => string> = {
  slowModeSeconds: (seconds) => (seconds > 0 ? durationText(seconds) : t('rules.slowMode.off')),
  retentionDays: retentionText,
  fileBytesPerPerson: sizeText,
};

/** What an entry is about: the name of who was erased is nobody’s, and said in the reader’s words. */
export function nameOf(subject: AuditSubject | undefined): string {
  return subject?.erased ? t('member.erased') : (subject?.name ?? '');
}

/** What else an entry tells, in a few words. */
export function detailText({ act, concerns, detail }: AuditEntry): string {
  const { from, to, ...more } = detail;
  // What has changed of a role is told without saying that it is one.
  const told = from === undefined ? more : { ...more, role: { from, to } };
  const parts = Object.entries(told).flatMap(([name, value]) => {
    const text = WHO.includes(name) ? nameOf(concerns) : valueText(act, name, value);
    return text ? [`${labelOf(act, name)}: ${text}`] : [];
  });
  return parts.join(', ');
}

/** What this client has no word for goes by its own name. */
function labelOf(act: AuditAct, name: string): string {
  const own = t(`audit.detail.${act}.${name}` as MessageKey);
  return own || t(`audit.detail.${name}` as MessageKey) || name;
}

function valueText(act: AuditAct, name: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value))
    return value
      .map((one) => valueText(act, name, one))
      .filter(Boolean)
      .join(', ');
  if (isChange(value)) {
    if (isId(value.from) || isId(value.to)) return replacedText(value);
    const known = [value.from, value.to].map((one) => valueText(act, name, one));
    if (!known.some(Boolean)) return '';
    return known.map((text) => text || t('audit.nothing')).join(' → ');
  }
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value === 'number')
    return writers[name]?.(value) ?? value.toLocaleString(currentLanguage());
  if (isId(value)) return '';
  const text = String(value);
  if (MOMENT.test(text)) return exactTime(text);
  return FREE.includes(name) ? text : wordText(act, name, text);
}

/** Of something that has no name: whether there is one now, and was one before. */
function replacedText({ from, to }: { from: unknown; to: unknown }): string {
  if (!to) return t('audit.value.removed');
  return t(from ? 'audit.value.changed' : 'audit.value.added');
}

function wordText(act: AuditAct, name: string, word: string): string {
  const known = act === 'room.role' ? { ...words, ...roomRoles } : words;
  const beginning = beginnings[name];
  const key = beginning
    ? `${beginning}.${word}`
    : Object.hasOwn(known, word)
      ? known[word]
      : undefined;
  return (key && t(key as MessageKey)) || word;
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && ID.test(value);
}

function isChange(value: unknown): value is { from: unknown; to: unknown } {
  return typeof value === 'object' && value !== null && 'from' in value && 'to' in value;
}
