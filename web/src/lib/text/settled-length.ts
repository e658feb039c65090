import { markdown } from './markdown';
import { NO_REFERENCES } from './markdown-references';

/**
 * How much of a text, from its start, stays as it is whatever is written behind it: all before the
 * last block whose first line is complete.
 */
export function settledLength(content: string): number {
  const blocks = markdown
    .parse(content, { named: NO_REFERENCES })
    .flatMap(({ level, nesting, map }) => (level === 0 && nesting >= 0 && map ? [map[0]] : []));
  const complete = content.split('\n').length - 1;
  const line = blocks.findLast((start) => start < complete) ?? 0;
  let length = 0;
  for (let at = 0; at < line; at++) length = content.indexOf('\n', length) + 1;
  return length;
}
