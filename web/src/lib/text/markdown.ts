import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import { API, BASE, HOME } from '../base';
import { currentLanguage } from '../i18n/catalogue.svelte';
import { highlighting } from './highlighting';
import { renderFence } from './markdown-code';
import { befriendCjk } from './markdown-cjk';
import { linkMail } from './markdown-mail';
import { linkReferences, NO_REFERENCES, type References } from './markdown-references';
import { taskLists } from './markdown-tasks';
import { mayHoldShortcode, shortcodes } from './shortcodes';

/** Messages whose rendering is kept, about a window of a room; a long session must not fill the memory. */
const MOST_KEPT = 800;

const addresses = new MarkdownIt().linkify;

/** How much of a text is an address from its `//` on: a particle right behind the host (`a.com에서`) is not. */
function addressLength(text: string, at: number): number {
  const rest = text.slice(at);
  const host = /^(\/\/[^\s/?#]*?\.[a-z]{2,}(?::\d+)?)[가-힣]/i.exec(rest)?.[1] ?? rest;
  return addresses.testSchemaAt(host, 'http:', 0);
}

export const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });
// Pictures would call other servers. Bare words such as "notes.md" are no links, but "www.…" is.
markdown.disable(['image', 'lheading']);
markdown.linkify
  .set({ fuzzyLink: false, fuzzyEmail: false })
  .add('http:', { validate: addressLength })
  .add('https:', { validate: addressLength })
  // As bare ones: `linkMail` knows where they end.
  .add('mailto:', null)
  .add('www.', {
    validate: (text, at) =>
      Math.max(0, addressLength(`//www.${text.slice(at)}`, 0) - '//www.'.length),
    normalize: (match) => {
      match.url = `https://${match.url}`;
    },
  });
// Code is no text, and stays as it is.
markdown.core.ruler.push('shortcodes', ({ tokens }) => shortcodes.current?.(tokens));
markdown.use(befriendCjk).use(taskLists).use(linkMail).use(linkReferences);
markdown.renderer.rules.fence = (tokens, index) => renderFence(tokens[index]);
markdown.renderer.rules.code_block = (tokens, index) => renderFence(tokens[index]);
// A wide table is scrolled to, by keyboard too.
markdown.renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>';
markdown.renderer.rules.table_close = () => '</table></div>';

const purifier = DOMPurify(window);
purifier.addHook('afterSanitizeAttributes', (node) => {
  // The team's own emoji are the only images in a text.
  if (node.nodeName === 'IMG' && !node.getAttribute('src')?.startsWith(API)) node.remove();
  if (node.nodeName !== 'A') return;
  const href = node.getAttribute('href') ?? '';
  if (href.startsWith('/') || href.startsWith(HOME) || href.startsWith('mailto:')) return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

const ALLOWED = {
  ALLOWED_TAGS: [
    ...['p', 'br', 'strong', 'em', 's', 'a', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li'],
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'span', 'div', 'button', 'img'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: [
    ...['href', 'src', 'alt', 'class', 'start', 'target', 'rel', 'title'],
    ...['type', 'role', 'tabindex', 'aria-label', 'data-user', 'data-copy'],
  ],
  // Their values are no addresses, which the last rule is about.
  ADD_URI_SAFE_ATTR: ['start', 'type', 'tabindex', 'aria-label', 'data-user', 'data-copy'],
  // The server's policy lets no other HTML into the page.
  RETURN_TRUSTED_TYPE: true,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // Web pages, mail, and rooms and emoji of this server.
  ALLOWED_URI_REGEXP: new RegExp(
    `^(?:https?:|mailto:|${BASE}(?:rooms/\\w+(?:/\\d+)?$|api/v1/files/))`,
    'i',
  ),
};

/** Texts that were rendered. Cleared when the same text is another now. */
export const kept = new Map<string, string>();

/** A message's Markdown as safe HTML. `references` are the people and rooms that it may name. */
export function renderMarkdown(content: string, references: References = NO_REFERENCES): string {
  const { people, rooms, linked = [], group = '' } = references;
  const named = [...people, ...rooms, ...linked];
  const names = named.map(({ name, id, shown }) => `${name}=${id}=${shown}`);
  const isColoured = mayHoldCode(content) && highlighting.current !== null;
  const isDrawn = mayHoldShortcode(content) && shortcodes.current !== null;
  const key = [currentLanguage(), isColoured, isDrawn, group, names.join(), content].join('\n');
  let html = kept.get(key);
  if (html === undefined) {
    html = renderPart(content, references);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
    kept.set(key, html);
  }
  return html;
}

/** A part of a message as safe HTML that is not kept, because it is about to change. */
export function renderPart(part: string, references: References): string {
  const safe = purifier.sanitize(markdown.render(part, { named: references }), ALLOWED);
  // Svelte takes trusted HTML for a string.
  return safe as unknown as string;
}

/** Whether a text may hold a block of code in a language. */
export function mayHoldCode(content: string): boolean {
  return /(?:```|~~~)\s*\S/.test(content);
}

const EMOJI_ONLY =
  /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200d\ufe0f\u20e3\s]{1,80}$/u;
const FEW = 3;
const MANY = 12;

/** How large a message of nothing but emoji is shown; null when it is any other message. */
export function emojiSize(content: string): 'huge' | 'large' | null {
  const text = content.replace(/\s/g, '');
  if (text === '' || !EMOJI_ONLY.test(text)) return null;
  const count = [...new Intl.Segmenter().segment(text)].length;
  if (count > MANY) return null;
  return count <= FEW ? 'huge' : 'large';
}
