const FENCE = /^\s*(?:`{3,}|~{3,})/;
const BLOCK = /^(?:>\s*|#{1,6}\s+|[-*+]\s+(?:\[[ x]\]\s+)?)+/i;

/**
 * What stands between two marks of Markdown in one line: code, in which marks are text, the words of a
 * link, and what is bold, struck through or italic. `insideOf` tells what a match has between them.
 */
export const MARKED =
  /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)|!?\[([^\][]+)\]\((?:[^()\s]|\([^()\s]*\))*\)|(\*\*|~~)(?=\S)(.+?)(?<=\S)\4|(?<![\p{L}\p{N}_*])(__?|\*)(?=[^\s_*])(.+?)(?<=[^\s_*])\6(?![\p{L}\p{N}_*])/dgu;

/** Of the groups of a match: the code, or else the text, which may have marks of its own. */
export function insideOf<T>([, , code, label, , bold, , italic]: readonly T[]): {
  code: T | undefined;
  text: T | undefined;
} {
  return { code, text: label ?? bold ?? italic };
}

/** The first line of a message without its marks, for quotes, titles and announcements. */
export function plainText(content: string): string {
  const lines = content.split('\n').filter((line) => line.trim());
  const line = (lines.find((line) => !FENCE.test(line)) ?? content).trim();
  if (FENCE.test(lines[0] ?? '')) return line;
  return bare(line.replace(BLOCK, '')).trim() || line;
}

/** A text without the marks in its lines, each of which stays. */
export function unmarked(content: string): string {
  return content.split('\n').map(bare).join('\n');
}

function bare(line: string): string {
  return line.replace(MARKED, (...match: string[]) => {
    const { code, text = '' } = insideOf(match);
    return code ?? bare(text);
  });
}
