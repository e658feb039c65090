/** Names where something is written: a room, or a thread in it by its first message. */
export function placeOf(roomId: string, threadRoot?: string): string {
  return threadRoot ? `${roomId}/${threadRoot}` : roomId;
}

/** The room of what is written in a place. */
export function roomOf(place: string): string {
  return place.split('/')[0] ?? place;
}

/** The name by which drafts know what is being made of a message. */
export function editPlace(messageId: string): string {
  return `edit ${messageId}`;
}
