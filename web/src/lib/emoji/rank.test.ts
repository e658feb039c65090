import korean from 'emoji-picker-element-data/ko/cldr/data.json';
import { expect, it } from 'vitest';
import { type Called, hangulRank } from './rank';
import { normalEmoji } from './normal';

const all: Called[] = (korean as { emoji: string; annotation: string; tags?: string[] }[]).map(
  ({ emoji, annotation, tags = [] }) => ({
    emoji: normalEmoji(emoji),
    label: annotation,
    words: tags,
  }),
);

function found(query: string): string[] {
  return all
    .map((called) => ({ emoji: called.emoji, rank: hangulRank(query, called) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ emoji }) => emoji);
}

it.each([
  ['불', '🔥'],
  ['하트', '❤️'],
  ['로켓', '🚀'],
  ['커피', '☕️'],
  ['ㅋㅋ', '😂'],
  ['축하', '🎉'],
  ['로ㅋ', '🚀'],
])('finds %s', (query, emoji) => {
  expect(found(query).slice(0, 4)).toContain(normalEmoji(emoji));
});

it('finds what laughs, and no umbrella', () => {
  expect(found('웃').slice(0, 8)).toEqual(expect.arrayContaining(['😀']));
  for (const query of ['웃', '웃음', '웃겨']) {
    const emoji = found(query);
    expect(emoji.length, query).toBeGreaterThan(1);
    for (const other of ['☂️', '☔️', '🌂', '⛱️', '🏖️', '🏆']) {
      expect(emoji, query).not.toContain(normalEmoji(other));
    }
  }
});
