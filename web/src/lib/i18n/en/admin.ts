/** The texts of the administration; written as in `../en.ts`. */
export const admin = {
  'admin.title': 'Administration',
  'admin.back': 'All pages',
  'admin.loading': 'One moment…',
  'admin.group.team': 'Team',
  'admin.group.server': 'Server',
  'admin.page.emoji': 'Emoji',
  'admin.page.overview': 'Overview',
  'admin.page.backups': 'Backups',
};
