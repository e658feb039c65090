import { describe, expect, it } from 'vitest';
import initials from '../../../../tests/cases/initials.json';
import { charactersOf, matchName, matchesName } from './name-match';

interface Case {
  query: string;
  name: string;
  matches: boolean;
}

/** What the server answers when names are looked for; how well a name fits is said differently there. */
const shared: Case[] = initials.map(({ name, typed, rank }) => ({
  query: typed,
  name,
  matches: rank !== null,
}));

const cases: Case[] = [
  { query: '', name: 'General', matches: true },
  { query: 'gen', name: 'General', matches: true },
  { query: 'design team', name: 'design-team', matches: true },
  { query: 'designteam', name: 'Design Team', matches: true },
  { query: 'general', name: 'gen', matches: false },
  { query: '민아', name: '김민아', matches: true },
  { query: '김민아', name: '김 민아', matches: true },
  { query: 'ㄱㅁㅇ', name: '김민아', matches: true },
  { query: 'ㅁㅇ', name: '김민아', matches: true },
  { query: 'ㅎㅇ', name: '회의', matches: true },
  { query: 'ㅎㅇ', name: '하루', matches: false },
  { query: 'ㄲ', name: '김민아', matches: false },
  { query: 'ㄲ', name: '꽃', matches: true },
  { query: 'ㄳ', name: '감사', matches: true },
  { query: 'ㅄㅎ', name: '박서현', matches: true },
  { query: '회ㅇ', name: '회의', matches: true },
  { query: '호', name: '회의', matches: true },
  { query: '횡', name: '회의', matches: true },
  { query: '하', name: '한국', matches: true },
  { query: '하구', name: '한국', matches: false },
  { query: '한', name: '하루', matches: false },
  { query: '갑', name: '값', matches: true },
  { query: '읽', name: '일기', matches: true },
  { query: '고', name: '과제', matches: true },
  { query: '고제', name: '과제', matches: false },
  { query: 'ㅏ', name: '하루', matches: false },
  { query: '회의'.normalize('NFD'), name: '회의', matches: true },
  { query: '회의', name: '회의'.normalize('NFD'), matches: true },
];

it.each([...cases, ...shared])('“$query” for “$name”: $matches', ({ query, name, matches }) => {
  expect(matchesName(query, name)).toBe(matches);
});

/** The name with what was found in brackets. */
function marked(query: string, name: string): string | null {
  const match = matchName(query, name);
  if (!match) return null;
  const letters = charactersOf(name);
  for (const { start, end } of match.stretches.toReversed()) {
    letters.splice(end, 0, ']');
    letters.splice(start, 0, '[');
  }
  return letters.join('');
}

describe('a match', () => {
  it.each([
    ['gen', 'General', '[Gen]eral'],
    ['ERA', 'General', 'Gen[era]l'],
    ['elo', 'Élodie', '[Élo]die'],
    ['ops de', 'dev-ops', '[de]v-[ops]'],
    ['ㅁㅇ', '김민아', '김[민아]'],
    ['밝', '발 가락', '[발 가]락'],
    ['횡', '회의실', '[회의]실'],
    ['tr', 'release-train', 'release-[tr]ain'],
    ['dsgn', 'design', '[d]e[s]i[gn]'],
    ['ft', 'front-end team', '[f]ront-end [t]eam'],
    ['xyz', 'design', null],
  ])('says what of the name it found: %s in %s', (query, name, expected) => {
    expect(marked(query, name)).toBe(expected);
  });

  it('is better early, whole and in a short name', () => {
    const names = ['my-design', 'redesign', 'design-team', 'design', 'drawings'];
    const found = names
      .map((name) => ({ name, score: matchName('design', name)?.score ?? -1 }))
      .filter(({ score }) => score >= 0)
      .sort((a, b) => b.score - a.score);
    expect(found.map(({ name }) => name)).toEqual([
      'design',
      'design-team',
      'my-design',
      'redesign',
    ]);
  });

  it('does not take letters strewn over a long name for a match', () => {
    expect(matchName('meeting', 'marketing-events-in-the-evening')).toBeNull();
  });
});
