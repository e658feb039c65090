import { insideOf, MARKED } from '../text/plain';

export interface Piece {
  text: string;
  /** It matches what was looked for. */
  isFound: boolean;
}

type Span = readonly [from: number, to: number];

const BLOCK = /^(?:>\s*|#{1,6}\s+|[-*+]\s+(?=\S))+/u;

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
  const isFound = (span: Span) => ranges.some((range) => meet(span, range));
  const start = BLOCK.exec(snippet)?.[0].length ?? 0;
  const block: Span[] = start > 0 && !isFound([0, start]) ? [[0, start]] : [];
  return [...block, ...pairsOf(snippet, start, snippet.length, isFound)];
}

/** Marks that have a partner, within a part of the text, in their order. */
function pairsOf(
  snippet: string,
  from: number,
  to: number,
  isFound: (span: Span) => boolean,
): Span[] {
  return [...snippet.slice(from, to).matchAll(MARKED)].flatMap(({ indices = [] }) => {
    const moved = (span: Span | undefined): Span | undefined =>
      span && [span[0] + from, span[1] + from];
    const { code, text } = insideOf(indices.map(moved));
    const [whole, inner] = [moved(indices[0]), code ?? text];
    if (!whole || !inner) return [];
    const within = code ? [] : pairsOf(snippet, inner[0], inner[1], isFound);
    const [open, close]: Span[] = [
      [whole[0], inner[0]],
      [inner[1], whole[1]],
    ];
    const isKept = [open, close].some((span) => span && isFound(span));
    return isKept || !open || !close ? within : [open, ...within, close];
  });
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
