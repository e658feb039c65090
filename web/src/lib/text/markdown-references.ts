import type { MarkdownIt } from 'markdown-it';
import { BASE, HOME } from '../base';
import { t } from '../i18n/catalogue.svelte';
import { withTextsReplaced } from './markdown-tokens';

/** Somebody or something that a text may name. */
export interface Named {
  name: string;
  id: string;
  /** What readers call them, if that is not the name by which a text means them. */
  shown?: string;
}

/** Who is meant by `@name`, and which rooms by `#name`. */
export interface References {
  people: readonly Named[];
  rooms: readonly Named[];
  /** Rooms that a link leads to, as a chip calls them. */
  linked?: readonly Named[];
  /** The reader. */
  me?: string;
  /** Set when `@here` and `@room` mention people: whether the reader is one of them. */
  group?: 'me' | 'others';
}

/** Behind the server's own address, one in a room: the room, and the message in it. */
const ROOM_LINK = /^rooms\/([A-Za-z0-9]+)(?:\/[1-9]\d*)?$/;

export const NO_REFERENCES: References = { people: [], rooms: [] };

/** What markdown-it hands to its rules; `references` is a name of its own there. */
interface Environment {
  named: References;
}

/** A token of a name. */
interface Chip {
  content: string;
  meta: Named;
}

type Part = { text: string; person?: Named; room?: Named; isGroup?: boolean };

/** A plugin: names of people and rooms become chips. The environment's `named` says which. */
export function linkReferences(markdown: MarkdownIt): void {
  const { escapeHtml } = markdown.utils;
  markdown.core.ruler.push('room_links', ({ tokens, env }) => {
    const { linked = [] } = (env as unknown as Environment).named;
    if (linked.length > 0) tokens.forEach(({ children }) => nameLinks(children ?? [], linked));
  });
  markdown.core.ruler.push('references', (state) => {
    const references = (state.env as unknown as Environment).named;
    const { people, rooms, group } = references;
    if (people.length + rooms.length === 0 && !group) return;
    for (const block of state.tokens) {
      if (!block.children || !/[@#]/.test(block.content)) continue;
      block.children = withTextsReplaced(block.children, ({ content }) =>
        split(content, references).map(({ text, person, room, isGroup }) => {
          const type = isGroup ? 'group' : person ? 'person' : room ? 'room' : 'text';
          const made = new state.Token(type, '', 0);
          made.content = text;
          made.meta = { ...(person ?? room) };
          return made;
        }),
      );
    }
  });
  markdown.renderer.rules.person = (tokens, index, _options, env) => {
    const { content, meta } = tokens[index] as unknown as Chip;
    const isMe = (env as unknown as Environment).named.me === meta.id;
    const chip = `class="mention${isMe ? ' me' : ''}" role="button" tabindex="0"`;
    const person = `data-user="${escapeHtml(meta.id)}" title="${escapeHtml(content)}"`;
    return `<span ${chip} ${person}>@${escapeHtml(meta.shown ?? meta.name)}</span>`;
  };
  markdown.renderer.rules.group = (tokens, index, _options, env) => {
    const isMe = (env as unknown as Environment).named.group === 'me';
    const { content } = tokens[index] as unknown as Chip;
    return `<span class="mention group${isMe ? ' me' : ''}">${escapeHtml(content)}</span>`;
  };
  markdown.renderer.rules.room = (tokens, index) => {
    const { content, meta } = tokens[index] as unknown as Chip;
    return `<a class="mention" href="${BASE}rooms/${escapeHtml(meta.id)}">${escapeHtml(content)}</a>`;
  };
}

/** A text in which people are called what readers call them. */
export function withShownNames(text: string, people: readonly Named[]): string {
  if (people.length === 0) return text;
  const parts = split(text, { people, rooms: [] });
  return parts
    .map(({ text: part, person }) => (person?.shown ? `@${person.shown}` : part))
    .join('');
}

interface Token {
  type: string;
  info: string;
  content: string;
  attrGet(name: string): string | number | null;
  attrSet(name: string, value: string): void;
  attrJoin(name: string, value: string): void;
}

/** A bare address in a room of this server is shown by the room's name. */
function nameLinks(tokens: Token[], linked: readonly Named[]): void {
  tokens.forEach((token, index) => {
    const text = tokens[index + 1];
    const href = String(token.attrGet('href') ?? '');
    if (token.info !== 'auto' || !text || !href.startsWith(HOME)) return;
    const [path, id] = ROOM_LINK.exec(href.slice(HOME.length)) ?? [];
    const room = linked.find((one) => one.id === id);
    if (!path || !room) return;
    token.attrSet('href', BASE + path);
    token.attrJoin('class', 'mention');
    const isMessage = path.split('/').length > 2;
    text.content = isMessage ? t('message.in', { room: room.name }) : room.name;
  });
}

/**
 * Cuts a text at the names in it: the longest wins, and a particle may follow (`@name님`, `#방에서`).
 * Within a word, as in an e-mail address, there is no name.
 */
function split(text: string, { people, rooms, group }: References): Part[] {
  const found: (Omit<Part, 'text'> & { sign: string })[] = [
    ...people.map((person) => ({ sign: `@${person.name}`, person })),
    ...rooms.map((room) => ({ sign: `#${room.name}`, room })),
  ];
  const byLength = found.sort((a, b) => b.sign.length - a.sign.length);
  const signs = byLength.map(({ sign }) => escapePattern(sign) + (endsLatin(sign) ? NO_LATIN : ''));
  if (group) signs.unshift(GROUP);
  if (signs.length === 0) return [{ text }];
  return text
    .split(new RegExp(`((?<![\\p{L}\\p{N}])(?:${signs.join('|')}))`, 'giu'))
    .filter((part) => part !== '')
    .map((part) => {
      const meant = byLength.find(({ sign }) => sign.toLowerCase() === part.toLowerCase());
      if (group && IS_GROUP.test(part)) return { text: part, isGroup: true };
      return { ...meant, text: part };
    });
}

/** As the server reads it: a particle or the end of a sentence may follow, a longer name not. */
const GROUP = '@(?:here|room)(?![a-z0-9_-]|\\.[\\p{L}\\p{N}])';
const IS_GROUP = /^@(?:here|room)$/i;

/** After “design” another letter makes another word, whereas particles may follow. */
const NO_LATIN = '(?![\\p{Script=Latin}\\p{N}])';

function endsLatin(name: string): boolean {
  return /[\p{Script=Latin}\p{N}]$/u.test(name);
}

/** With the flag `u` nothing else may be escaped: not the hyphen either, which means itself here. */
function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
