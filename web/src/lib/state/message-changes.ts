import type { Message, MessageReacted } from '../../generated/contract';

/** What stays of a message that was deleted. */
export function tombstone(message: Message, rev: number): Message {
  const left: Message = {
    ...message,
    rev,
    content: '',
    reactions: [],
    mentions: [],
    pinned: false,
    deleted: true,
  };
  delete left.files;
  delete left.previews;
  return left;
}

/** A message with somebody's reaction, or without it. */
export function reacted(message: Message, event: MessageReacted, myId: string): Message {
  const { emoji, userId, on, count, rev } = event;
  const known = message.reactions.find((reaction) => reaction.emoji === emoji);
  const others = (known?.users ?? []).filter((id) => id !== userId);
  const mine = userId === myId ? on : known?.mine;
  const reaction = { emoji, count, users: on ? [...others, userId] : others, mine: mine ?? false };
  const reactions = known
    ? message.reactions.map((other) => (other.emoji === emoji ? reaction : other))
    : [...message.reactions, reaction];
  return { ...message, rev, reactions: reactions.filter((some) => some.count > 0) };
}

/** A message as the reader has it: events go to everybody alike and cannot say what is whose. */
export function withMine(told: Message, myId: string, known?: Message): Message {
  const message = known?.saved && !told.deleted ? { ...told, saved: true } : told;
  if (message.reactions.length === 0) return message;
  const reactions = message.reactions.map((reaction) => {
    const before = known?.reactions.find((other) => other.emoji === reaction.emoji);
    const isUntold = reaction.count > reaction.users.length && before?.mine;
    return reaction.mine || reaction.users.includes(myId) || isUntold
      ? { ...reaction, mine: true }
      : reaction;
  });
  return { ...message, reactions };
}
