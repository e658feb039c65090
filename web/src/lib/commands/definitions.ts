import type { MessageKey } from '../i18n/catalogue.svelte';
import type { Language } from '../state/preferences.svelte';

export type CommandName =
  'me' | 'topic' | 'invite' | 'leave' | 'mute' | 'dnd' | 'remind' | 'task' | 'shrug' | 'help';

/** What can be typed behind a `/` at the start of a message. */
export interface CommandInfo {
  name: CommandName;
  /** Other words for it; the first is how Koreans write it. */
  aliases: readonly [string, ...string[]];
  /** What comes behind the word; null for nothing. */
  usage: MessageKey | null;
  text: MessageKey;
}

export const COMMANDS: readonly CommandInfo[] = [
  command('remind', ['리마인더', '나중에', '알림'], 'command.remind.usage', 'command.remind.text'),
  command('task', ['할일', 'todo'], 'command.task.usage', 'command.task.text'),
  command('invite', ['초대'], 'command.invite.usage', 'command.invite.text'),
  command('topic', ['주제'], 'command.topic.usage', 'command.topic.text'),
  command('dnd', ['방해금지'], 'command.dnd.usage', 'command.dnd.text'),
  command('mute', ['알림끄기', '음소거', 'unmute'], null, 'command.mute.text'),
  command('leave', ['나가기'], null, 'command.leave.text'),
  command('me', ['나는'], 'command.me.usage', 'command.me.text'),
  command('shrug', ['글쎄'], 'command.shrug.usage', 'command.shrug.text'),
  command('help', ['도움말'], null, 'command.help.text'),
];

function command(
  name: CommandName,
  aliases: CommandInfo['aliases'],
  usage: MessageKey | null,
  text: MessageKey,
): CommandInfo {
  return { name, aliases, usage, text };
}

/** The command that a word is, in any case. */
export function commandOf(word: string): CommandInfo | undefined {
  const sought = word.toLowerCase();
  return COMMANDS.find(({ name, aliases }) => name === sought || aliases.includes(sought));
}

/** The word for a command that begins as typed; with nothing typed, the one in the reader's language. */
export function wordFor({ name, aliases }: CommandInfo, typed: string, language: Language): string {
  const sought = typed.toLowerCase();
  const words = [name, ...aliases];
  if (sought === '' && language === 'ko') return aliases[0];
  return words.find((word) => word.startsWith(sought)) ?? name;
}

/** Commands that begin as typed, in the order in which they are listed. */
export function commandsFor(typed: string): CommandInfo[] {
  const sought = typed.toLowerCase();
  return COMMANDS.filter(({ name, aliases }) =>
    [name, ...aliases].some((word) => word.startsWith(sought)),
  );
}
