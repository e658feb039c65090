import type { RoomRef, SearchHit } from '../../generated/contract';

/** Hits of one room that stand together. */
export interface HitGroup {
  key: string;
  room: RoomRef;
  /** The place of the first among all hits. */
  first: number;
  hits: SearchHit[];
}

/**
 * What was found, by rooms. Only the hits of one page are put together, so that nothing that stands
 * on the screen moves when the next page comes; a room that goes on needs no second heading.
 */
export function groupHits(pages: readonly (readonly SearchHit[])[]): HitGroup[] {
  const groups: HitGroup[] = [];
  let count = 0;
  for (const [number, page] of pages.entries()) {
    const rooms = new Map<string, SearchHit[]>();
    const last = groups.at(-1);
    // It goes on where the page before ended.
    if (last && page.some(({ room }) => room.id === last.room.id)) rooms.set(last.room.id, []);
    for (const hit of page) {
      const hits = rooms.get(hit.room.id);
      if (hits) hits.push(hit);
      else rooms.set(hit.room.id, [hit]);
    }
    for (const [roomId, hits] of rooms) {
      const [first] = hits;
      if (!first) continue;
      if (last && roomId === last.room.id) last.hits.push(...hits);
      else
        groups.push({
          key: `${number} ${roomId}`,
          room: first.room,
          first: count,
          hits: [...hits],
        });
      count += hits.length;
    }
  }
  return groups;
}
