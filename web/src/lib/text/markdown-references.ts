import type { MarkdownIt } from 'markdown-it';

/** Somebody or something that a text may name. */
export interface Named {
  name: string;
  id: string;
}

/** Who is meant by `@name`, and which rooms by `#name`. */
export interface References {
  people: readonly Named[];
  rooms: readonly Named[];
  /** The reader. */
  me?: string;
}

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

type Part = { text: string; person?: Named; room?: Named };

/** A plugin: names of people and rooms become chips. The environment's `named` says which. */
export function linkReferences(markdown: MarkdownIt): void {
  const { escapeHtml } = markdown.utils;
  markdown.core.ruler.push('references', (state) => {
    const references = (state.env as unknown as Environment).named;
    if (references.people.length + references.rooms.length === 0) return;
    for (const block of state.tokens) {
      if (!block.children) continue;
      let links = 0;
      block.children = block.children.flatMap((token) => {
        if (token.type === 'link_open') links += 1;
        if (token.type === 'link_close') links -= 1;
        if (token.type !== 'text' || links > 0 || !/[@#]/.test(token.content)) return [token];
        return split(token.content, references).map(({ text, person, room }) => {
          const made = new state.Token(person ? 'person' : room ? 'room' : 'text', '', 0);
          made.content = text;
          made.meta = { ...(person ?? room) };
          return made;
        });
      });
    }
  });
  markdown.renderer.rules.person = (tokens, index, _options, env) => {
    const { content, meta } = tokens[index] as unknown as Chip;
    const isMe = (env as unknown as Environment).named.me === meta.id;
    const chip = `class="mention${isMe ? ' me' : ''}" role="button" tabindex="0"`;
    return `<span ${chip} data-user="${escapeHtml(meta.id)}">${escapeHtml(content)}</span>`;
  };
  markdown.renderer.rules.room = (tokens, index) => {
    const { content, meta } = tokens[index] as unknown as Chip;
    return `<a class="mention" href="/rooms/${escapeHtml(meta.id)}">${escapeHtml(content)}</a>`;
  };
}

/**
 * Cuts a text at the names in it: the longest wins, and a particle may follow (`@name님`, `#방에서`).
 * Within a word, as in an e-mail address, there is no name.
 */
function split(text: string, { people, rooms }: References): Part[] {
  const found = [
    ...people.map((person) => ({ sign: `@${person.name}`, person })),
    ...rooms.map((room) => ({ sign: `#${room.name}`, room })),
  ];
  const byLength = found.sort((a, b) => b.sign.length - a.sign.length);
  const signs = byLength.map(({ sign }) => escapePattern(sign) + (endsLatin(sign) ? NO_LATIN : ''));
  if (signs.length === 0) return [{ text }];
  return text
    .split(new RegExp(`((?<![\\p{L}\\p{N}])(?:${signs.join('|')}))`, 'giu'))
    .filter((part) => part !== '')
    .map((part) => {
      const meant = byLength.find(({ sign }) => sign.toLowerCase() === part.toLowerCase());
      return { ...meant, text: part };
    });
}

/** After “design” another letter makes another word, whereas particles may follow. */
const NO_LATIN = '(?![\\p{Script=Latin}\\p{N}])';

function endsLatin(name: string): boolean {
  return /[\p{Script=Latin}\p{N}]$/u.test(name);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
