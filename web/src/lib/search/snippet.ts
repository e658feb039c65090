export interface Piece {
  text: string;
  /** It matches what was looked for. */
  isFound: boolean;
}

/** Marks of Markdown that say nothing in one line of text. What was found keeps its own. */
const MARKS = /\*\*|~~|`+|^\s*(?:>\s*|#{1,6}\s+|[-*+]\s+(?=\S))+/gu;

/** A snippet cut where what was found begins and ends; `ranges` are in UTF-16 units. */
export function piecesOf(snippet: string, ranges: readonly [number, number][]): Piece[] {
  const pieces: Piece[] = [];
  const add = (text: string, isFound: boolean) => {
    const shown = isFound ? text : withoutMarks(text, pieces.length === 0);
    if (shown !== '') pieces.push({ text: shown, isFound });
  };
  let at = 0;
  for (const [from, to] of ranges) {
    add(snippet.slice(at, from), false);
    add(snippet.slice(from, to), true);
    at = to;
  }
  add(snippet.slice(at), false);
  return pieces;
}

function withoutMarks(text: string, isFirst: boolean): string {
  return text.replace(MARKS, (mark, at: number) =>
    at === 0 && !isFirst && /^\s/u.test(mark) ? mark : '',
  );
}
