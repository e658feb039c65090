import type { MarkdownIt } from 'markdown-it';
import { t } from '../i18n/catalogue.svelte';

const BOX = /^\[([ x])\]\s+/i;

/** A plugin: `- [ ]` and `- [x]` show a box, which says by itself whether it is done. */
export function taskLists(markdown: MarkdownIt): void {
  markdown.core.ruler.push('tasks', ({ tokens, Token }) => {
    tokens.forEach((token, index) => {
      const item = tokens[index - 2];
      const text = token.children?.[0];
      if (token.type !== 'inline' || item?.type !== 'list_item_open' || !text) return;
      const box = BOX.exec(text.content);
      if (text.type !== 'text' || !box) return;
      text.content = text.content.slice(box[0].length);
      item.attrJoin('class', 'task');
      const made = new Token('task_box', '', 0);
      made.meta = { isDone: box[1] !== ' ' };
      token.children?.unshift(made);
    });
  });
  markdown.renderer.rules.task_box = (tokens, index) => {
    const isDone = tokens[index]?.meta?.isDone === true;
    const label = t(isDone ? 'text.done' : 'text.open');
    return `<span class="box${isDone ? ' done' : ''}" role="img" aria-label="${label}"></span>`;
  };
}
