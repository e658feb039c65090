import { describe, expect, it } from 'vitest';
import type { RoomSummary, UserRef } from '../../generated/contract';
import { ana } from '../testing';
import { itemAt } from './query-language';
import { suggestionsFor, type Known } from './suggestions';

const minsu: UserRef = { id: 'minsu', username: 'minsu.kim', displayName: '김민수' };
const gone: UserRef = { id: 'gone', displayName: '김민지', deactivated: true };
const room = (id: string, changes: Partial<RoomSummary>): RoomSummary => ({
  ...{
    id,
    kind: 'public',
    name: id,
    memberCount: 3,
    lastSeq: 1,
    rev: 1,
    createdAt: '',
    readSeq: 1,
  },
  ...{ unread: 0, mentions: 0, muted: false, level: 'mentions', role: 'member' },
  ...changes,
});
const known: Known = {
  language: 'ko',
  me: ana,
  people: [ana, minsu, gone],
  rooms: [
    room('회의록', {}),
    room('dev ops', {}),
    room('with', { kind: 'direct', name: undefined, memberCount: 2, members: [ana, minsu] }),
    room('three', { kind: 'direct', name: undefined, memberCount: 3, members: [ana, minsu, gone] }),
  ],
  partners: ({ members = [] }) => members.filter(({ id }) => id !== ana.id),
  today: new Date(2026, 10, 21),
};
const values = (query: string, language: Known['language'] = 'ko') => {
  const item = itemAt(query, query.length);
  return item ? suggestionsFor(item, { ...known, language }).map(({ value }) => value) : [];
};

describe('what a value may be completed to', () => {
  it('are people, by initial consonants too, and never who is gone', () => {
    expect(values('보낸이:ㄱㅁ')).toEqual(['@minsu.kim']);
    expect(values('from:@minsu', 'en')).toEqual(['@minsu.kim']);
    expect(values('보낸이:')).toEqual(['나', '@minsu.kim']);
    expect(values('from:', 'en')[0]).toBe('me');
  });

  it('are rooms, and direct rooms by the username of the other', () => {
    expect(values('방:ㅎㅇ')).toEqual(['회의록']);
    expect(values('in:@')).toEqual(['@minsu.kim']);
    expect(values('in:dev')).toEqual(['dev ops']);
  });

  it('are days in the language of the reader, understood in both', () => {
    expect(values('이후:지난')).toEqual(['지난주', '지난달', '']);
    expect(values('since:last', 'en')).toEqual(['last-week', 'last-month', '']);
    expect(values('이후:y')).toEqual(['어제', '']);
  });

  it('are the few words of has: and is:', () => {
    expect(values('포함:')).toEqual(['링크', '이미지', '파일', '음성', '코드']);
    expect(values('is:p', 'en')).toEqual(['pinned']);
    expect(values('회의')).toEqual([]);
  });
});
