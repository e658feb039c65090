import { panel, type PanelOf } from './panel.svelte';

/** What a panel shows of one room follows the reader into the next one. */
export function followRoom(
  shown: PanelOf<'pins' | 'files' | 'tasks'>,
  openRoomId: string | undefined,
): void {
  if (shown.roomId && openRoomId && openRoomId !== shown.roomId) {
    panel.current = { name: shown.name, roomId: openRoomId };
  }
}
