import type { Notification } from '../generated/contract';
import { t } from './i18n/catalogue.svelte';

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
    case 'reminder':
      return t('inbox.reminder');
    case 'system':
      return t('inbox.system');
  }
}
