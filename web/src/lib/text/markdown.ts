import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';

/** Messages whose rendering is kept, about a window of a room; a long session must not fill the memory. */
const MOST_KEPT = 800;

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });
// Pictures would call other servers. Bare words such as "notes.md" are no links.
markdown.disable(['image', 'lheading']);
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

markdown.core.ruler.push('mentions', (state) => {
  const names = (state.env as unknown as Environment).mentions;
  if (names.length === 0) return;
  for (const block of state.tokens) {
    if (!block.children) continue;
    block.children = block.children.flatMap((token) => {
      if (token.type !== 'text' || !token.content.includes('@')) return [token];
      return split(token.content, names).map((part) => {
        const made = new state.Token(part.isMention ? 'mention' : 'text', '', 0);
        made.content = part.text;
        return made;
      });
    });
  }
});
markdown.renderer.rules.mention = (tokens, index) => {
  const text = markdown.utils.escapeHtml(tokens[index]?.content ?? '');
  return `<span class="mention">${text}</span>`;
};

interface Environment {
  mentions: readonly string[];
}

const purifier = DOMPurify(window);
purifier.addHook('afterSanitizeAttributes', (node) => {
  // A long line is scrolled to, by keyboard too.
  if (node.nodeName === 'PRE') node.setAttribute('tabindex', '0');
  if (node.nodeName !== 'A') return;
  if (node.getAttribute('href')?.startsWith(`${location.origin}/`)) return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

const kept = new Map<string, string>();

/** A message's Markdown as safe HTML. `mentions` are the usernames that it mentions. */
export function renderMarkdown(content: string, mentions: readonly string[] = []): string {
  const key = mentions.length === 0 ? content : `${mentions.join(' ')}\n${content}`;
  let html = kept.get(key);
  if (html === undefined) {
    html = purifier.sanitize(markdown.render(content, { mentions } satisfies Environment), {
      ALLOWED_TAGS: [
        ...['p', 'br', 'strong', 'em', 's', 'a', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li'],
        ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'span'],
        ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
      ],
      ALLOWED_ATTR: ['href', 'class', 'start', 'target', 'rel', 'title'],
      ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
    });
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
    kept.set(key, html);
  }
  return html;
}

/**
 * Cuts a text at its mentions: the longest name wins, and a particle may follow (`@name님`). Within
 * a word, as in an e-mail address, it is no mention.
 */
function split(text: string, names: readonly string[]): { text: string; isMention: boolean }[] {
  const longestFirst = [...names].sort((a, b) => b.length - a.length).map(escapePattern);
  return text
    .split(new RegExp(`((?<![\\p{L}\\p{N}])@(?:${longestFirst.join('|')}))`, 'giu'))
    .map((part, index) => ({ text: part, isMention: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const EMOJI_ONLY =
  /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200d\ufe0f\s]{1,24}$/u;

/** Whether a message is nothing but a few emoji, which are shown large. */
export function isEmojiOnly(content: string): boolean {
  return content.trim() !== '' && EMOJI_ONLY.test(content);
}
