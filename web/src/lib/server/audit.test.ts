import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditAct, AuditEntry, TeamSettings } from '../../generated/contract';
import { messages as english } from '../i18n/en.later';
import { actGroups, detailText, nameOf } from './audit';

type Detail = Record<string, unknown>;
const ID = '01K0HQ3J8S4V9D6T2M5R7X1ZBC';
const change = (from: unknown, to: unknown) => ({ from, to });

/** Every setting that there is: of each the server tells what it was, and what it is. */
const settings: Record<keyof TeamSettings, unknown> = {
  name: change(null, '푸른 호수'),
  accent: change('teal', 'rose'),
  greeting: change(null, '어서 오세요'),
  logo: change(null, ID),
  createRooms: change('everyone', 'administrators'),
  mentionEverybody: change('moderators', 'everyone'),
  roomsPerPerson: change(null, 10),
  fileBytesPerPerson: change(null, 1_000_000_000),
  retentionDays: change(null, 365),
  roomRetention: change('owners', 'administrators'),
  requireTwoFactor: change('nobody', 'everybody'),
};

/** What the server tells with each act, all of it that there can be. */
const samples: Record<(typeof actGroups)[number][1][number], Detail> = {
  'person.made': { role: 'member', invite: ID },
  'person.role': change('member', 'admin'),
  'person.deactivated': {},
  'person.reactivated': {},
  'person.erased': { messages: true },
  'person.reset': {},
  'bot.made': { rooms: ['공지'] },
  'bot.token': {},
  'session.ended': { sessions: 2, user: ID, reason: 'a refresh token was used twice' },
  'login.failed': {},
  'twoFactor.on': {},
  'twoFactor.off': {},
  'twoFactor.reset': {},
  'twoFactor.codes': {},
  'twoFactor.recovery': {},
  'password.changed': {},
  'invite.made': { role: 'guest', uses: 5, expiresAt: '2026-11-21T06:40:00.000Z', rooms: [ID] },
  'invite.revoked': {},
  'room.role': { user: ID, ...change('member', 'moderator') },
  'room.deleted': { members: 3, messages: 184 },
  'room.settings': {
    name: change('계획', '여행 계획'),
    kind: change('private', 'public'),
    ...{ posting: 'threads', slowModeSeconds: 30, mentionAll: 'moderators' },
    retentionDays: change(null, 30),
  },
  'member.removed': { user: ID },
  'message.hidden': { author: ID },
  'message.shown': { author: ID },
  'message.deleted': { author: ID },
  'report.resolved': { outcome: 'dismissed', reports: 2, author: ID },
  'emoji.removed': { addedBy: ID },
  'announcement.made': { level: 'warning', content: '점검', endsAt: null },
  'announcement.ended': {},
  'settings.changed': settings,
  'job.run': { job: 'retention' },
  'key.rotated': { forgotten: true },
  'search.rebuilt': {},
  'backup.made': { snapshot: '20261121-064000', messages: 12 },
  'backup.restored': {},
  'export.made': { of: 'everything' },
  'archive.asked': {},
  'archive.downloaded': {},
  'import.made': {
    version: '0.1.0',
    exportedAt: '2026-11-21T06:40:00.000Z',
    people: 3,
    messages: 184,
  },
};

function entry(act: AuditAct, detail: Detail): AuditEntry {
  const concerns = { kind: 'user', id: ID, name: '준' } as const;
  return { id: 1, at: '2026-11-21T06:40:00.000Z', by: 'server', act, concerns, detail };
}

describe('what an entry of the audit log tells', () => {
  beforeAll(async () => {
    const { preferences } = await import('../state/preferences.svelte');
    preferences.change({ language: 'ko' });
    const { followLanguage, laterTexts } = await import('../i18n/catalogue.svelte');
    await followLanguage();
    await laterTexts();
  });

  for (const [act, detail] of Object.entries(samples) as [AuditAct, Detail][]) {
    it(`is in the reader’s words: ${act}`, () => {
      const words = detailText(entry(act, detail)).replace(
        /@(room|here)|\b[AP]M\b|(?<=\d)GB\b/g,
        '',
      );
      expect(words).not.toMatch(/[A-Za-z]/);
    });

    it(`has a text for each of its parts: ${act}`, () => {
      const ofRole = act.endsWith('.role') ? ['from', 'to'] : [];
      const hidden = ['invite', ...ofRole];
      for (const name of Object.keys(detail).filter((name) => !hidden.includes(name))) {
        expect(Object.keys(english)).toContain(`audit.detail.${name}`);
      }
    });
  }

  it('names whom it was done to, and what has changed', () => {
    expect(detailText(entry('room.role', samples['room.role']))).toBe(
      '대상: 준, 역할: 멤버 → 운영자',
    );
  });

  it('says in the reader’s words that somebody was erased', () => {
    const erased = { kind: 'user', id: ID, name: 'Deleted person', erased: true } as const;
    expect(nameOf(erased)).toBe('삭제된 사용자');
    expect(detailText({ ...entry('room.role', samples['room.role']), concerns: erased })).toBe(
      '대상: 삭제된 사용자, 역할: 멤버 → 운영자',
    );
  });

  it('calls the owner of a room otherwise than that of the server', () => {
    const given = entry('room.role', { user: ID, role: 'owner' });
    expect(detailText(given)).toBe('대상: 준, 역할: 방장');
    const changed = entry('room.role', { user: ID, ...change('moderator', 'owner') });
    expect(detailText(changed)).toBe('대상: 준, 역할: 운영자 → 방장');
    expect(detailText(entry('person.role', change('admin', 'owner')))).toBe(
      '역할: 관리자 → 소유자',
    );
  });

  it.each([
    [null, ID, '로고: 추가'],
    [ID, '01K0HQ3J8S4V9D6T2M5R7X1ZBD', '로고: 바꿈'],
    [ID, null, '로고: 삭제'],
  ])('says what became of a logo: %s, %s', (from, to, told) => {
    expect(detailText(entry('settings.changed', { logo: change(from, to) }))).toBe(told);
  });

  it('says whose login needs a second factor as the settings do', () => {
    const detail = { requireTwoFactor: change('nobody', 'administrators') };
    expect(detailText(entry('settings.changed', detail))).toBe(
      '2단계 인증을 꼭 써야 하는 사람: 없음 → 관리자와 소유자',
    );
  });

  it('says what it has no word for by its own name', () => {
    expect(detailText(entry('person.reset', { colour: 'blue' }))).toBe('colour: blue');
  });
});
