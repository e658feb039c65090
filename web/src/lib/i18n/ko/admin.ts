import type { admin as english } from '../en/admin';

export const admin: Record<keyof typeof english, string> = {
  'admin.title': '관리',
  'admin.back': '모든 항목',
  'admin.loading': '잠시만 기다려 주세요…',
  'admin.group.team': '팀',
  'admin.group.server': '서버',
  'admin.page.emoji': '이모지',
  'admin.page.overview': '현황',
  'admin.page.backups': '백업',
};
