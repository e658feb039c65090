const FENCE = /^\s*(?:`{3,}|~{3,})/;

/** The first line of a message without its marks, for quotes and announcements. */
export function plainText(content: string): string {
  const lines = content.split('\n').filter((line) => line.trim() && !FENCE.test(line));
  const line = (lines[0] ?? content).trim();
  const bare = line
    .replace(/^(?:>\s*|#{1,6}\s+|[-*+]\s+(?:\[[ x]\]\s+)?)+/i, '')
    .replace(/\[([^\]]+)\]\([^)\s]+\)/g, '$1')
    .replace(/[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}/g, '');
  return bare.trim() || line;
}
