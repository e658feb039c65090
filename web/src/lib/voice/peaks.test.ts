import { describe, expect, it } from 'vitest';
import { voiceTime } from '../text/voice-time';
import { barsOf, decodePeaks, encodePeaks, PARTS, peaksOf } from './peaks';

const steady = (count: number, level: (n: number) => number, everyMs = 50) =>
  Array.from({ length: count }, (_, n) => ({ at: n * everyMs, level: level(n) }));

describe('the loudness of a recording', () => {
  it('is the loudest moment of each part, beside the loudest of all', () => {
    // 128 moments in 6.4 s: two a part, of which one is loud in the second half.
    const moments = steady(128, (n) => (n < 64 ? 0.1 : n % 2 === 0 ? 0.4 : 0.05));
    const peaks = peaksOf(moments, 6400);
    expect(peaks).toHaveLength(PARTS);
    expect([...peaks.subarray(0, 32)]).toEqual(new Array(32).fill(64));
    expect([...peaks.subarray(32)]).toEqual(new Array(32).fill(255));
  });

  it('has no gaps where there are fewer moments than parts', () => {
    const peaks = peaksOf(
      [
        { at: 100, level: 0.5 },
        { at: 600, level: 0.25 },
      ],
      1000,
    );
    expect(peaks[0]).toBe(255);
    expect(peaks[20]).toBe(255);
    expect(peaks[63]).toBe(128);
  });

  it('does not draw silence as speech', () => {
    expect(
      Math.max(
        ...peaksOf(
          steady(100, () => 0.001),
          5000,
        ),
      ),
    ).toBe(13);
    expect([...peaksOf([], 5000)]).toEqual(new Array(PARTS).fill(0));
    expect([...peaksOf([{ at: 0, level: 0 }], 0)]).toEqual(new Array(PARTS).fill(0));
  });

  it('keeps a moment behind the end, and one that is too loud, within bounds', () => {
    const peaks = peaksOf(
      [
        { at: -5, level: 0.5 },
        { at: 9999, level: 2 },
      ],
      1000,
    );
    expect([peaks[0], peaks[63]]).toEqual([64, 255]);
  });

  it('comes back from its text as it was', () => {
    const peaks = Uint8Array.from({ length: PARTS }, (_, n) => n * 4);
    expect(encodePeaks(peaks)).toHaveLength(88);
    expect(decodePeaks(encodePeaks(peaks))).toEqual(peaks);
  });

  it('is drawn with as many bars as there is room for', () => {
    const peaks = Uint8Array.from({ length: PARTS }, (_, n) => (n === 63 ? 255 : 51));
    expect(barsOf(peaks, 64)).toEqual([...new Array(63).fill(0.2), 1]);
    expect(barsOf(peaks, 7)).toEqual([...new Array(6).fill(0.2), 1]);
    expect(barsOf(peaks, 100)).toHaveLength(100);
    expect(barsOf(peaks, 0)).toEqual([]);
    expect(barsOf(new Uint8Array(), 2)).toEqual([0, 0]);
  });
});

it('says how long something spoken is', () => {
  expect([1, 900, 12_400, 59_600, 300_000].map(voiceTime)).toEqual([
    ...['0:01', '0:01', '0:12', '1:00', '5:00'],
  ]);
});
