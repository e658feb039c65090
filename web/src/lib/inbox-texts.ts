import type { Notification } from '../generated/contract';
import { t } from './i18n/catalogue.svelte';
import type { People } from './state/people.svelte';
import { withShownNames } from './text/markdown-references';
import { plainText } from './text/plain';
import { voiceTime } from './text/voice-time';

/** What happened, in one line. */
export function notificationTitle(notification: Notification, room: string): string {
  const name = notification.user?.displayName ?? '';
  switch (notification.type) {
    case 'mention':
      return t('inbox.mention', { name });
    case 'direct':
      return t('inbox.direct', { name });
    case 'reply':
      return t(notification.threadRoot ? 'inbox.threadReply' : 'inbox.reply', { name });
    case 'invite':
      return t('inbox.invite', { name, room });
    case 'task':
      return t('inbox.task', { name });
    case 'report':
      return t('inbox.report', { name });
    case 'reminder':
      return t('inbox.reminder');
    case 'system':
      return t('inbox.system');
  }
}

/** What was said, or is to be done; nothing where the first line tells all. */
export function notificationText(
  { type, message, data, voiceMs }: Notification,
  people: Pick<People, 'namedIn'>,
): string {
  if (type === 'invite') return '';
  // The server's own sentence names who gave it, too, and only in English.
  if (type === 'task' && typeof data?.title === 'string') return data.title;
  if (voiceMs) return t('files.voice', { time: voiceTime(voiceMs) });
  const isSaid = type === 'mention' || type === 'direct' || type === 'reply';
  return (
    withShownNames(plainText(message), people.namedIn(message)) || (isSaid ? t('inbox.file') : '')
  );
}
