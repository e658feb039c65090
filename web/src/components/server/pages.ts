import type { Component } from 'svelte';
import DatabaseBackup from '@lucide/svelte/icons/database-backup';
import Gauge from '@lucide/svelte/icons/gauge';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import Hash from '@lucide/svelte/icons/hash';
import History from '@lucide/svelte/icons/history';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Mail from '@lucide/svelte/icons/mail';
import Megaphone from '@lucide/svelte/icons/megaphone';
import Settings from '@lucide/svelte/icons/settings';
import Smile from '@lucide/svelte/icons/smile';
import Users from '@lucide/svelte/icons/users-round';

interface AdminPage {
  /** Its title is the text `admin.page.` with this name. */
  name: string;
  Icon: Component<{ size?: number }>;
  load: () => Promise<{ default: Component }>;
}

/** The pages of the administration, in the groups that its navigation has. Each is loaded when it is opened. */
export const adminGroups = [
  {
    name: 'team',
    pages: [
      { name: 'people', Icon: Users, load: () => import('./PeoplePage.svelte') },
      { name: 'settings', Icon: Settings, load: () => import('./TeamPage.svelte') },
      { name: 'rooms', Icon: Hash, load: () => import('./RoomsPage.svelte') },
      { name: 'invites', Icon: Mail, load: () => import('./InvitesPage.svelte') },
      {
        name: 'announcements',
        Icon: Megaphone,
        load: () => import('./AnnouncementsPage.svelte'),
      },
      { name: 'emoji', Icon: Smile, load: () => import('../dialogs/EmojiSettings.svelte') },
    ],
  },
  {
    name: 'server',
    pages: [
      { name: 'overview', Icon: Gauge, load: () => import('./Overview.svelte') },
      { name: 'storage', Icon: HardDrive, load: () => import('./StoragePage.svelte') },
      { name: 'jobs', Icon: ListChecks, load: () => import('./JobsPage.svelte') },
      { name: 'backups', Icon: DatabaseBackup, load: () => import('./BackupPage.svelte') },
      { name: 'audit', Icon: History, load: () => import('./AuditPage.svelte') },
    ],
  },
] as const satisfies readonly { name: string; pages: readonly AdminPage[] }[];

export type AdminPageName = (typeof adminGroups)[number]['pages'][number]['name'];
