import { expect, it } from 'vitest';
import { PlayingRows } from './playing-rows.svelte';

/** A player in a row, of which a test says whether it plays. */
function player(row: HTMLElement): (event: string, paused: boolean) => void {
  const audio = document.createElement('audio');
  row.append(audio);
  return (event, paused) => {
    Object.defineProperty(audio, 'paused', { value: paused, configurable: true });
    audio.dispatchEvent(new Event(event));
  };
}

it('knows the rows in which something plays', () => {
  const list = document.createElement('div');
  list.innerHTML = '<article data-row="a"></article><article data-row="b"></article>';
  const rows = list.querySelectorAll('article');
  const [first, second] = [player(rows[0] as HTMLElement), player(rows[0] as HTMLElement)];
  const other = player(rows[1] as HTMLElement);
  const playing = new PlayingRows();
  first('play', false);
  const detach = playing.attach(list);
  expect(playing.keys).toEqual(['a']);
  second('play', false);
  other('play', false);
  expect(playing.keys).toEqual(['a', 'b']);
  first('pause', true);
  expect(playing.keys).toContain('a');
  second('ended', true);
  other('error', true);
  expect(playing.keys).toEqual([]);
  detach();
  first('play', false);
  expect(playing.keys).toEqual([]);
});
