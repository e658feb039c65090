import type { Chat } from './chat.svelte';

/** Learns who some people in a room are: whoever was not met yet is among its members, unless they left. */
export function meet(
  { connection, members, people }: Chat,
  roomId: string,
  ids: readonly string[],
): void {
  const isMet = ids.every((id) => people.find(id));
  if (isMet || !connection.isOpen || members.isCurrent(roomId)) return;
  members.load(roomId).catch(() => undefined);
}
