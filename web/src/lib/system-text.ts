import type { Message, SystemUser } from '../generated/contract';
import { t } from './i18n/catalogue.svelte';

const roleTexts = {
  owner: 'system.roleOwner',
  moderator: 'system.roleModerator',
  member: 'system.roleMember',
} as const;
const postingTexts = {
  everyone: 'system.postingEveryone',
  threads: 'system.postingThreads',
  moderators: 'system.postingModerators',
} as const;
const mentionTexts = {
  everyone: 'system.mentionEveryone',
  moderators: 'system.mentionModerators',
} as const;

/** What a system message tells, in the reader's language. */
export function systemText(message: Message, more: readonly Message[] = []): string {
  const { system } = message;
  const name = message.user.erased ? t('member.erased') : message.user.displayName;
  switch (system?.event) {
    case 'created':
      return t('system.created', { name });
    case 'joined':
      if (more.length > 0) return t('system.joinedMany', { name, n: more.length });
      return t('system.joined', { name });
    case 'left':
      return t('system.left', { name });
    case 'invited':
      return t('system.invited', { name, users: honoured(system.users) });
    case 'removed':
      return t('system.removed', { name, users: honoured(system.users) });
    case 'renamed':
      return t('system.renamed', { name, room: system.name });
    case 'topic':
      return system.topic
        ? t('system.topic', { name, topic: system.topic })
        : t('system.topicCleared', { name });
    case 'kind':
      return t(system.kind === 'public' ? 'system.kindPublic' : 'system.kindPrivate', { name });
    case 'role':
      return t(roleTexts[system.role], { name, user: honoured([system.user]) });
    case 'posting':
      return t(postingTexts[system.posting], { name });
    case 'slowMode':
      return t(system.seconds > 0 ? 'system.slowOn' : 'system.slowOff', { name });
    case 'mentionAll':
      return t(mentionTexts[system.mentionAll], { name });
    case 'taskCreated':
      return t('system.taskCreated', { name, task: system.task.title });
    case 'taskDone':
      return t('system.taskDone', { name, task: system.task.title });
    case undefined:
      return message.content;
    default:
      // A newer server tells what this client does not know yet.
      return message.content;
  }
}

function honoured(users: SystemUser[]): string {
  return users.map((user) => t('member.honorific', { name: user.displayName })).join(', ');
}
