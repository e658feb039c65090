/** Names where something is written: a room, or a thread in it by its first message. */
export function placeOf(roomId: string, threadRoot?: string): string {
  return threadRoot ? `${roomId}/${threadRoot}` : roomId;
}
