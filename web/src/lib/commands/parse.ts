import type { MessageKey } from '../i18n/catalogue.svelte';
import { commandOf, type CommandInfo } from './definitions';
import { durationAt } from './duration';
import { whenAt, type When } from './when';

/** What a command is to do. */
export type Command =
  | { name: 'topic'; topic: string }
  | { name: 'invite'; usernames: string[] }
  | { name: 'leave' | 'help' }
  /** Without `muted` it becomes what it is not. */
  | { name: 'mute'; muted?: boolean }
  /** `until` is null for until it is ended, `off` ends it. */
  | { name: 'dnd'; until: Date | null | 'off' }
  | { name: 'remind'; text: string; at: Date }
  | { name: 'task'; title: string; assignee?: string; dueAt?: Date };

/** Why a command cannot be carried out: a text of the catalogue. */
export interface Flaw {
  key: MessageKey;
  parameters?: Record<string, string | number>;
}

export type Parsed =
  /** It is sent as a message. */
  | { kind: 'text'; content: string }
  | { kind: 'command'; command: Command }
  | { kind: 'flaw'; flaw: Flaw };

const MOST_TITLE = 200;
const MOST_TOPIC = 500;
const MOST_REMINDER = 500;
const FIVE_YEARS_MS = 5 * 365 * 24 * 3_600_000;
/** A day alone means its end. */
const DAYS_END: [number, number] = [23, 59];
const MENTION = /(^|\s)@([\p{L}\p{N}._-]{2,32})(?=\s|$)/u;

/**
 * What a message that was typed means. A command begins with `/` at the very start; a blank before it, or a second `/`,
 * makes it a text. Times are in the reader's calendar.
 */
export function parse(typed: string, now: Date): Parsed {
  if (!typed.startsWith('/')) return { kind: 'text', content: typed.trim() };
  if (typed.startsWith('//')) return { kind: 'text', content: typed.slice(1).trim() };
  const [word = ''] = /^\S*/.exec(typed.slice(1)) ?? [];
  const info = commandOf(word);
  if (!info) return flaw(word ? 'command.unknown' : 'command.none', { word });
  return parseArguments(info, word, typed.slice(1 + word.length).trim(), now);
}

function parseArguments(info: CommandInfo, word: string, rest: string, now: Date): Parsed {
  const { name } = info;
  switch (name) {
    case 'me':
      return rest ? { kind: 'text', content: emphasised(rest) } : flaw('command.me.flaw');
    case 'shrug':
      // As it is written in Markdown, where the backslash and the underscores would be lost.
      return { kind: 'text', content: `${rest} ¯\\\\\\_(ツ)\\_/¯`.trim() };
    case 'help':
    case 'leave':
      return rest ? flaw('command.noArguments', { word }) : done({ name });
    case 'mute':
      return parseMute(word, rest);
    case 'topic':
      return parseTopic(rest);
    case 'invite':
      return parseInvite(rest);
    case 'dnd':
      return parseDnd(rest, now);
    case 'remind':
      return parseRemind(rest, now);
    case 'task':
      return parseTask(rest, now);
  }
}

const done = (command: Command): Parsed => ({ kind: 'command', command });

function flaw(key: MessageKey, parameters: Flaw['parameters'] = {}): Parsed {
  return { kind: 'flaw', flaw: { key, parameters } };
}

/** Each line in italics, by the mark that does not occur in it. */
function emphasised(text: string): string {
  const mark = text.includes('*') ? '_' : '*';
  const line = (one: string) => (one.trim() ? mark + one.trim() + mark : one);
  return text.split('\n').map(line).join('\n');
}

function parseMute(word: string, rest: string): Parsed {
  if (word.toLowerCase() === 'unmute' && !rest) return done({ name: 'mute', muted: false });
  if (!rest) return done({ name: 'mute' });
  if (/^(?:on|켜기)$/i.test(rest)) return done({ name: 'mute', muted: true });
  if (/^(?:off|끄기|해제)$/i.test(rest)) return done({ name: 'mute', muted: false });
  return flaw('command.mute.flaw');
}

function parseTopic(rest: string): Parsed {
  if (!rest) return flaw('command.topic.flaw');
  const topic = /^(?:none|off|없음)$/i.test(rest) ? '' : rest.replace(/\s*\n\s*/g, ' ');
  if ([...topic].length > MOST_TOPIC) return flaw('error.field.topic');
  return done({ name: 'topic', topic });
}

function parseInvite(rest: string): Parsed {
  const words = rest.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return flaw('command.invite.flaw');
  const wrong = words.find((word) => !/^@?[\p{L}\p{N}._-]{2,32}$/u.test(word));
  if (wrong !== undefined) return flaw('command.invite.noName', { word: wrong });
  return done({ name: 'invite', usernames: words.map((word) => word.replace(/^@/, '')) });
}

function parseDnd(rest: string, now: Date): Parsed {
  if (!rest) return done({ name: 'dnd', until: null });
  if (/^(?:off|end|끄기|해제|끝)$/i.test(rest)) return done({ name: 'dnd', until: 'off' });
  const until = dndEnd(rest.replace(/^(?:for|until|till)\s+/i, ''), now);
  if (!until) return flaw('command.dnd.flaw', { text: rest });
  if (until.getTime() - now.getTime() > FIVE_YEARS_MS) return flaw('command.tooFar');
  return until > now ? done({ name: 'dnd', until }) : flaw('command.past', { text: rest });
}

function dndEnd(text: string, now: Date): Date | null {
  const isAll = (length: number) => /^\s*(?:동안|까지|간)?$/.test(text.slice(length));
  const duration = durationAt(text);
  if (duration && duration.ms > 0 && isAll(duration.length)) {
    return new Date(now.getTime() + duration.ms);
  }
  const when = whenAt(text, now, DAYS_END);
  return when && isAll(when.length) ? when.at : null;
}

function parseRemind(rest: string, now: Date): Parsed {
  const said = rest.replace(/^me(?:\s+|$)/i, '');
  if (!said) return flaw('command.remind.flaw');
  const found = momentIn(said, now);
  if (!found) return flaw('command.remind.noTime', { text: said });
  const text = found.text.replace(/^(?:to|that)\s+/i, '');
  if (!text) return flaw('command.remind.noText');
  if ([...text].length > MOST_REMINDER) return flaw('command.remind.tooLong', { n: MOST_REMINDER });
  const { at } = found.when;
  if (at <= now) return flaw('command.past', { text: found.said });
  if (at.getTime() - now.getTime() > FIVE_YEARS_MS) return flaw('command.tooFar');
  return done({ name: 'remind', text, at });
}

/** The moment that a text begins or ends with, and the rest of it. */
function momentIn(text: string, now: Date): { when: When; said: string; text: string } | null {
  const first = whenAt(text, now);
  // Behind it a word begins, or a particle.
  if (first && /^(?:\s|,|에(?!\p{L})|$)/u.test(text.slice(first.length))) {
    const rest = text.slice(first.length).replace(/^(?:에(?!\p{L}))?[\s,]*/u, '');
    return { when: first, said: text.slice(0, first.length), text: rest };
  }
  for (const { index } of text.matchAll(/(?<=\s)\S/g)) {
    const when = whenAt(text.slice(index), now);
    if (when && /^에?\s*$/.test(text.slice(index + when.length))) {
      return { when, said: text.slice(index), text: text.slice(0, index).trim() };
    }
  }
  return null;
}

function parseTask(rest: string, now: Date): Parsed {
  const mention = MENTION.exec(rest);
  const assignee = mention?.[2];
  const words = (mention ? rest.replace(mention[0], ' ') : rest).replace(/\s+/g, ' ').trim();
  const { title, dueAt } = dueIn(words, now);
  if (!title) return flaw('command.task.flaw');
  if ([...title].length > MOST_TITLE) return flaw('command.task.tooLong', { n: MOST_TITLE });
  if (dueAt && dueAt <= now)
    return flaw('command.past', { text: words.slice(title.length).trim() });
  return done({
    name: 'task',
    title,
    ...(assignee ? { assignee } : {}),
    ...(dueAt ? { dueAt } : {}),
  });
}

/** “… by friday”, “… 금요일까지” at the end. */
function dueIn(words: string, now: Date): { title: string; dueAt?: Date } {
  for (const { index } of words.matchAll(/(?<=\s)\S/g)) {
    const end = words.slice(index);
    const by = /^(?:by|until)\s+/i.exec(end)?.[0].length ?? 0;
    const when = whenAt(end.slice(by), now, DAYS_END);
    if (!when) continue;
    const behind = end.slice(by + when.length);
    const isDue = by > 0 ? behind === '' : /^\s?까지$/.test(behind);
    if (isDue) return { title: words.slice(0, index).trim(), dueAt: when.at };
  }
  return { title: words };
}
