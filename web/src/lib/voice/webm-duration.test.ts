// @vitest-environment node

import { expect, it } from 'vitest';
import { withDuration } from './webm-duration';

const HEAD = [0x1a, 0x45, 0xdf, 0xa3, 0x87, 0x42, 0x82, 0x84, 0x77, 0x65, 0x62, 0x6d];
const ENDLESS = [0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const MILLISECONDS = [0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40];
const information = (...inside: number[]) => [
  0x15,
  0x49,
  0xa9,
  0x66,
  0x80 + inside.length,
  ...inside,
];
/** The tracks, and sound of which the same bytes may be a part. */
const REST = [0x16, 0x54, 0xae, 0x6b, 0x80, ...information(1, 2, 3)];

async function made(...parts: number[][]): Promise<number[]> {
  const recording = new Blob([Uint8Array.from(parts.flat())], { type: 'audio/webm' });
  const whole = await withDuration(recording, 1500);
  expect(whole.type).toBe('audio/webm');
  return [...new Uint8Array(await whole.arrayBuffer())];
}

/** As a number of eight bytes. */
const float = (value: number) => [...new Uint8Array(new Float64Array([value]).buffer)].reverse();

it('says in a recording of a browser’s how long it is, and changes nothing else', async () => {
  const inside = [...MILLISECONDS, 0x4d, 0x80, 0x81, 0x43];
  const begin = [0x15, 0x49, 0xa9, 0x66, 0x01, 0, 0, 0, 0, 0, 0, inside.length + 11];
  expect(await made(HEAD, ENDLESS, information(...inside), REST)).toEqual([
    ...[...HEAD, ...ENDLESS, ...begin, ...inside],
    ...[0x44, 0x89, 0x88, ...float(1500), ...REST],
  ]);
});

it('counts in the recording’s own unit', async () => {
  const seconds = [0x2a, 0xd7, 0xb1, 0x84, 0x3b, 0x9a, 0xca, 0x00];
  const whole = await made(HEAD, ENDLESS, information(...seconds), REST);
  expect(whole.slice(-REST.length - 8, -REST.length)).toEqual(float(1.5));
  const none = await made(HEAD, ENDLESS, information(), REST);
  expect(none.slice(-REST.length - 8, -REST.length)).toEqual(float(1500));
});

it('leaves alone what has its length, says where things are, or is something else', async () => {
  const timed = information(...MILLISECONDS, 0x44, 0x89, 0x88, ...float(7));
  const seekable = [0x11, 0x4d, 0x9b, 0x74, 0x80];
  for (const parts of [
    [HEAD, ENDLESS, timed, REST],
    [HEAD, ENDLESS, seekable, information(), REST],
    [HEAD, [0x18, 0x53, 0x80, 0x67, 0x8a], information(), REST],
    [HEAD, ENDLESS, [0x15, 0x49, 0xa9, 0x66, 0xff]],
    [HEAD],
    [[0, 0, 0, 24, 0x66, 0x74, 0x79, 0x70]],
    [[0xff, 0xff, 0xff, 0xff, 0xff]],
    [new Array<number>(5000).fill(0)],
    [],
  ]) {
    expect(await made(...parts)).toEqual(parts.flat());
  }
});
