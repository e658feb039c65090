import { untrack } from 'svelte';

/** The rows of a list in which sound or video plays: it goes on while its reader looks elsewhere in the list. */
export class PlayingRows {
  keys = $state.raw<readonly string[]>([]);

  /** Hears of every player in the list; their events do not bubble, and are caught on their way down. */
  readonly attach = (list: HTMLElement): (() => void) => {
    const note = (player: Element) => {
      const row = player.closest<HTMLElement>('[data-row]');
      const key = row?.dataset.row;
      if (!row || key === undefined) return;
      const isPlaying = [...row.querySelectorAll<HTMLMediaElement>('audio, video')].some(
        ({ paused, ended }) => !paused && !ended,
      );
      const others = this.keys.filter((other) => other !== key);
      this.keys = isPlaying ? [...others, key] : others;
    };
    // What plays already.
    untrack(() => list.querySelectorAll('audio, video').forEach(note));
    const look = ({ target }: Event) => note(target as Element);
    const events = ['play', 'pause', 'ended', 'error'];
    for (const name of events) list.addEventListener(name, look, true);
    return () => events.forEach((name) => list.removeEventListener(name, look, true));
  };
}
