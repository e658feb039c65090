export interface Piece {
  text: string;
  /** It matches what was looked for. */
  isFound: boolean;
}

type Span = readonly [from: number, to: number];

/** Marks of Markdown in one line of text, each with the groups that say nothing. Code comes first: marks in it are text. */
const MARKS: readonly RegExp[] = [
  /(?<!`)(`+)(?!`).+?(?<!`)(\1)(?!`)/dgu,
  /^((?:>\s*|#{1,6}\s+|[-*+]\s+(?=\S))+)/dgu,
  /(!?\[)[^\][]+(\]\((?:[^()\s]|\([^()\s]*\))*\))/dgu,
  /(\*\*|~~)(?=\S).+?(?<=\S)(\1)/dgu,
  /(?<![\p{L}\p{N}_])(__?)(?=[^\s_]).+?(?<=[^\s_])(\1)(?![\p{L}\p{N}_])/dgu,
  /(?<![\p{L}\p{N}*])(\*)(?=[^\s*])[^*]+?(?<=\S)(\*)(?![\p{L}\p{N}*])/dgu,
];

/** So much before the first match leaves it within the lines that are shown, in columns; a Hangul syllable takes two. */
const MOST_BEFORE = 56;
const KEPT_BEFORE = 36;
/** So far, in user-perceived characters, a cut moves to stand between two words. */
const NEAR = 10;
const WIDE = /[\p{sc=Hang}\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{Emoji_Presentation}]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A snippet cut where what was found begins and ends, without the marks that say nothing, and begun so late that the
 * first match is seen. `ranges` are in UTF-16 units.
 */
export function piecesOf(snippet: string, ranges: readonly Span[]): Piece[] {
  const hidden = marksOf(snippet, ranges);
  const pieces: Piece[] = [];
  const add = (from: number, to: number, isFound: boolean) => {
    const text = isFound ? snippet.slice(from, to) : without(snippet, from, to, hidden);
    if (text !== '') pieces.push({ text, isFound });
  };
  let at = 0;
  for (const [from, to] of ranges) {
    add(at, from, false);
    add(from, to, true);
    at = to;
  }
  add(at, snippet.length, false);
  const [first] = pieces;
  if (first && !first.isFound && ranges.length > 0) first.text = tailOf(first.text);
  return pieces;
}

/** The marks to leave out. What was found keeps its own, and so does what belongs to it. */
function marksOf(snippet: string, ranges: readonly Span[]): Span[] {
  const hidden: Span[] = [];
  const code: Span[] = [];
  for (const [index, mark] of MARKS.entries()) {
    for (const { indices } of snippet.matchAll(mark)) {
      const [whole, ...groups] = indices ?? [];
      const spans = groups.filter((span) => span !== undefined);
      if (!whole || [...hidden, ...code].some((other) => spans.some((span) => meet(span, other))))
        continue;
      if (index === 0) code.push(whole);
      if (!spans.some((span) => ranges.some((range) => meet(span, range)))) hidden.push(...spans);
    }
  }
  return hidden.sort((a, b) => a[0] - b[0]);
}

function meet(a: Span, b: Span): boolean {
  return a[0] < b[1] && b[0] < a[1];
}

function without(snippet: string, from: number, to: number, hidden: readonly Span[]): string {
  let text = '';
  let at = from;
  for (const [start, end] of hidden) {
    if (start < from || end > to) continue;
    text += snippet.slice(at, start);
    at = end;
  }
  return text + snippet.slice(at, to);
}

/** The end of what stands before the first match, if that would push the match out of sight. */
function tailOf(text: string): string {
  const letters = [...graphemes.segment(text)].map(({ segment }) => segment);
  const width = (letter: string) => (WIDE.test(letter) ? 2 : 1);
  if (letters.reduce((sum, letter) => sum + width(letter), 0) <= MOST_BEFORE) return text;
  let start = letters.length;
  for (let columns = 0; start > 0; start -= 1) {
    columns += width(letters[start - 1] ?? '');
    if (columns > KEPT_BEFORE) break;
  }
  const blank = letters.slice(start, start + NEAR).findIndex((letter) => /^\s+$/u.test(letter));
  return `…${letters.slice(blank < 0 ? start : start + blank + 1).join('')}`;
}
