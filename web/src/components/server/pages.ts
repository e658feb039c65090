import type { Component } from 'svelte';
import DatabaseBackup from '@lucide/svelte/icons/database-backup';
import Gauge from '@lucide/svelte/icons/gauge';
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
      { name: 'emoji', Icon: Smile, load: () => import('../dialogs/EmojiSettings.svelte') },
    ],
  },
  {
    name: 'server',
    pages: [
      { name: 'overview', Icon: Gauge, load: () => import('./Overview.svelte') },
      { name: 'backups', Icon: DatabaseBackup, load: () => import('./BackupPage.svelte') },
    ],
  },
] as const satisfies readonly { name: string; pages: readonly AdminPage[] }[];

export type AdminPageName = (typeof adminGroups)[number]['pages'][number]['name'];
