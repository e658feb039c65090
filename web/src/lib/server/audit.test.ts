import { describe, expect, it } from 'vitest';
import { followLanguage, laterTexts } from '../i18n/catalogue.svelte';
import { preferences } from '../state/preferences.svelte';
import { detailText } from './audit';

async function speak(language: 'en' | 'ko'): Promise<void> {
  preferences.change({ language });
  await followLanguage();
  await laterTexts();
}

describe('what an entry tells beside its act', () => {
  it('is in the words of its reader, ids left out', async () => {
    await speak('ko');
    const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
    expect(detailText({ detail: { from: 'member', to: 'admin' } })).toBe('역할: 멤버 → 관리자');
    expect(detailText({ detail: { user: id, from: 'member', to: 'moderator' } })).toBe(
      '역할: 멤버 → 운영자',
    );
    expect(detailText({ detail: { outcome: 'hidden', reports: 2, author: id } })).toBe(
      '처리: 숨김, 신고 수: 2',
    );
    expect(detailText({ detail: { job: 'files' } })).toBe('작업: 쓰이지 않는 파일 정리');
    expect(
      detailText({ detail: { createRooms: { from: 'everyone', to: 'administrators' } } }),
    ).toBe('방 만들기: 모든 멤버 → 관리자');
  });

  it('takes no name for a word, and what it has no word for as it is', async () => {
    await speak('en');
    expect(detailText({ detail: { name: { from: null, to: 'member' } } })).toBe(
      'name: none → member',
    );
    expect(detailText({ detail: { weather: 'fine', role: 'captain' } })).toBe(
      'weather: fine, role: captain',
    );
  });
});
