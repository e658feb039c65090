import type { MarkdownIt } from 'markdown-it';

const CJK = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * A plugin: emphasis may begin and end where Korean goes on without a blank. CommonMark takes
 * `**마루(Maru)**는` for plain stars, because a letter follows the closing ones behind a bracket.
 */
export function befriendCjk(markdown: MarkdownIt): void {
  const { State } = markdown.inline;
  class FriendlyState extends State {
    override scanDelims(start: number, canSplitWord: boolean) {
      const found = super.scanDelims(start, canSplitWord);
      // An underscore within a word stays one: file_name_here.
      if (!canSplitWord) return found;
      const before = this.src[start - 1] ?? ' ';
      const after = this.src[start + found.length] ?? ' ';
      if (CJK.test(after) && before.trim()) found.can_close = true;
      if (CJK.test(before) && after.trim()) found.can_open = true;
      return found;
    }
  }
  markdown.inline.State = FriendlyState;
}
