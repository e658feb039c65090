/** What a completion is about. */
export type TriggerKind = 'command' | 'person' | 'room' | 'emoji';

/** The beginning of a name before the cursor. */
export interface Trigger {
  kind: TriggerKind;
  query: string;
  /** Where its sign stands in the text. */
  start: number;
}

/** A sign counts where a word may begin, that of a command at the very start; an emoji needs two letters, because `:D` and `:)` are none. */
const PATTERNS: [TriggerKind, RegExp][] = [
  ['command', /^\/([\p{L}]{0,20})$/u],
  ['person', /(?<![\p{L}\p{N}])@([\p{L}\p{N}._-]{0,32})$/u],
  ['room', /(?<![\p{L}\p{N}&])#([^\s#@:]{0,40})$/u],
  ['emoji', /(?<![\p{L}\p{N}:])[:]([\p{Script=Hangul}]{1,20}|[a-z0-9_+-]{2,30})$/iu],
];

/** The name that is being written at the cursor, if any. Within code there is none. */
export function triggerAt(text: string, cursor: number): Trigger | null {
  const before = text.slice(0, cursor);
  if (isInCode(before)) return null;
  for (const [kind, pattern] of PATTERNS) {
    const found = pattern.exec(before);
    if (found) return { kind, query: found[1] ?? '', start: found.index };
  }
  return null;
}

/** Whether a block of code was begun before the cursor, and not ended. */
export function isInFence(before: string): boolean {
  return (before.match(/^\s*```/gm)?.length ?? 0) % 2 === 1;
}

function isInCode(before: string): boolean {
  if (isInFence(before)) return true;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return (line.match(/`/g)?.length ?? 0) % 2 === 1;
}
