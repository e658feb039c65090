import { letterOf } from '../keyboard';
import type { Edit } from './edit';

export type Format = 'bold' | 'italic' | 'strike' | 'code' | 'codeBlock' | 'link' | 'quote';

/** The format that a key press asks for, by the letters that other editors use. */
export function formatOf(event: KeyboardEvent): Format | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const letter = letterOf(event);
  if (event.shiftKey) {
    if (letter === 'x') return 'strike';
    if (letter === 'c') return 'codeBlock';
    if (letter === 'u') return 'link';
    return event.code === 'Digit9' ? 'quote' : null;
  }
  if (letter === 'b') return 'bold';
  if (letter === 'i') return 'italic';
  return letter === 'e' ? 'code' : null;
}

const MARKS = { bold: '**', italic: '*', strike: '~~', code: '`' } as const;

/** Puts the selection into a format, or takes it out of it. */
export function format(text: string, start: number, end: number, how: Format): Edit {
  const selected = text.slice(start, end);
  switch (how) {
    case 'codeBlock':
      return fence(text, start, end);
    case 'quote':
      return quote(text, start, end);
    case 'link': {
      const isAddress = /^https?:\/\/\S+$/.test(selected);
      const [label, address] = isAddress ? ['', selected] : [selected, ''];
      const cursor = isAddress || label === '' ? start + 1 : start + label.length + 3;
      return { start, end, text: `[${label}](${address})`, select: [cursor, cursor] };
    }
    default:
      return wrap(text, start, end, MARKS[how]);
  }
}

function wrap(text: string, start: number, end: number, mark: string): Edit {
  const size = mark.length;
  const selected = text.slice(start, end);
  const before = text.slice(start - size, start);
  const isItalicInBold = mark === '*' && text.slice(start - 2, start) === '**';
  if (before === mark && text.slice(end, end + size) === mark && !isItalicInBold) {
    const from = start - size;
    return { start: from, end: end + size, text: selected, select: [from, from + selected.length] };
  }
  // Marks stick to words: blanks around a selection stay outside.
  const inner = selected.trim();
  const lead = inner === '' ? 0 : selected.indexOf(inner);
  const [from, to] = [start + lead, start + lead + inner.length];
  const inside: [number, number] = [from + size, from + size + inner.length];
  return { start: from, end: to, text: mark + inner + mark, select: inside };
}

function fence(text: string, start: number, end: number): Edit {
  const selected = text.slice(start, end);
  const lead = start === 0 || text[start - 1] === '\n' ? '' : '\n';
  const opening = `${lead}\`\`\`\n`;
  const inside = start + opening.length;
  return {
    ...{ start, end, text: `${opening}${selected}\n\`\`\`` },
    select: [inside, inside + selected.length],
  };
}

function quote(text: string, start: number, end: number): Edit {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const lines = text.slice(from, end).split('\n');
  const isQuoted = lines.every((line) => line.startsWith('> '));
  const changed = lines.map((line) => (isQuoted ? line.slice(2) : `> ${line}`)).join('\n');
  const last = from + changed.length;
  return { start: from, end, text: changed, select: [last, last] };
}

const ITEM = /^(\s*)(?:([-*+])( \[[ x]\])?|(\d{1,3})([.)])|(>))( +)/i;

/**
 * What a new line at the cursor begins with in a list or a quote: the next item; or, where the item
 * is empty, the end of the list. Null anywhere else.
 */
export function continueList(text: string, cursor: number): Edit | null {
  const from = text.lastIndexOf('\n', cursor - 1) + 1;
  const line = text.slice(from, cursor);
  const item = ITEM.exec(line);
  if (!item) return null;
  const [whole, indent = '', bullet, box, number, point, sign, blank] = item;
  if (line.trim() === whole.trim()) {
    // An empty line, because what follows directly would still belong to the last item.
    return { start: from, end: cursor, text: '\n', select: [from + 1, from + 1] };
  }
  const next = bullet
    ? `${bullet}${box ? ' [ ]' : ''}`
    : number
      ? `${Number(number) + 1}${point}`
      : sign;
  const added = `\n${indent}${next}${blank}`;
  const at = cursor + added.length;
  return { start: cursor, end: cursor, text: added, select: [at, at] };
}
