import type { MarkdownIt } from 'markdown-it';
import { withTextsReplaced } from './markdown-tokens';

/** An address ends with its Latin letters: a particle may follow (`kim@example.com으로`), or the end of a sentence. */
const ADDRESS =
  /((?<![\p{L}\p{N}@._%+-])(?:mailto:)?[\w.%+-]+@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z]{2,}(?![a-z\d@-]|\.[a-z\d]))/iu;

/** A plugin: addresses of mail become links. */
export function linkMail(markdown: MarkdownIt): void {
  markdown.core.ruler.push('mail', ({ tokens, Token }) => {
    for (const block of tokens) {
      if (!block.children || !block.content.includes('@')) continue;
      block.children = withTextsReplaced(block.children, ({ content }) =>
        content.split(ADDRESS).flatMap((part, index) => {
          const text = new Token('text', '', 0);
          text.content = part;
          if (index % 2 === 0) return [text];
          const open = new Token('link_open', 'a', 1);
          open.attrSet('href', `mailto:${part.replace(/^mailto:/i, '')}`);
          return [open, text, new Token('link_close', 'a', -1)];
        }),
      );
    }
  });
}
