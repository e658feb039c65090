/** Links in one message that are quoted; more only stand there. */
const MOST = 3;
const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g;

/** Where a message stands. */
export interface LinkedPlace {
  roomId: string;
  seq: number;
}

/** The messages of the server at `home` that a text links to, each once. What stands in code is no link. */
export function linkedPlaces(content: string, home: string): LinkedPlace[] {
  const rooms = `${home}rooms/`;
  if (!content.includes(rooms)) return [];
  const places = new Map<string, LinkedPlace>();
  for (const rest of content.replace(CODE, ' ').split(rooms).slice(1)) {
    const [, roomId, seq] = /^(\w+)\/([1-9]\d{0,14})(?![\w/])/.exec(rest) ?? [];
    if (roomId && seq) places.set(`${roomId}/${seq}`, { roomId, seq: Number(seq) });
  }
  return [...places.values()].slice(0, MOST);
}
