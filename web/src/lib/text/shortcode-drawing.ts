import type { Token } from 'markdown-it';
import { emojiByName } from '../emoji';
import { imageOf, team } from '../emoji/team.svelte';
import type { Draw } from './shortcodes';

const SHORTCODE = /(?<![\p{L}\p{N}:]):([a-z0-9_+-]{2,30}):(?![\p{L}\p{N}:])/giu;
/** The team's own are known by their exact names: Korean may go on right behind them, and one may follow another. */
const OWN = /(?<![a-z0-9]):([a-z0-9_+가-힣-]{2,30}):(?![a-z0-9])/gi;
/** More are shown as in a line of text. */
const MOST_LARGE = 12;

/** Puts emoji in place of their names, with the skin that the reader chose. Rejects without a network. */
export async function drawing(): Promise<Draw> {
  const standard = await emojiByName();
  const draw = (text: string) =>
    text.replace(SHORTCODE, (code, name: string) => standard.get(name.toLowerCase()) ?? code);
  return (tokens) => {
    const isAlone = tokens.length === 3 && tokens[0]?.type === 'paragraph_open';
    for (const token of tokens) {
      if (!token.children) continue;
      const isLarge = isAlone && isOwnOnly(token.content);
      token.children = token.children.flatMap((child) =>
        child.type === 'text' ? drawn(child, draw, isLarge) : [child],
      );
    }
  };
}

/** A piece of text as pieces of text and images. */
function drawn(token: Token, draw: (text: string) => string, isLarge: boolean): Token[] {
  const { content } = token;
  const pieces: Token[] = [];
  let from = 0;
  const add = (type: string, html: string) => {
    if (!html) return;
    const piece = new (token.constructor as typeof Token)(type, '', 0);
    pieces.push(Object.assign(piece, { content: html }));
  };
  for (const found of content.matchAll(OWN)) {
    const own = team.find(found[0]);
    if (!own) continue;
    add('text', draw(content.slice(from, found.index)));
    const size = isLarge ? ' large' : '';
    // A name has no letter that means anything in HTML.
    const name = `alt="${found[0]}" title="${found[0]}"`;
    add('html_inline', `<img class="own-emoji${size}" src="${imageOf(own)}" ${name}>`);
    from = found.index + found[0].length;
  }
  add('text', draw(content.slice(from)));
  return pieces;
}

function isOwnOnly(text: string): boolean {
  let count = 0;
  const rest = text.replace(OWN, (code) => {
    if (!team.find(code)) return code;
    count += 1;
    return '';
  });
  return count > 0 && count <= MOST_LARGE && rest.trim() === '';
}
