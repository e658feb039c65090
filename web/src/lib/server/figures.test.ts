import { describe, expect, it } from 'vitest';
import type { ServerFigures } from '../../generated/contract';
import { keep, linePoints, quantile, quantileOfAll, quantiles, rates } from './figures';

const START = Date.parse('2026-01-31T09:00:00.000Z');

/** A look after so many seconds, with so many messages and deliveries of up to 1, 2 and 4 ms, and longer ones. */
function look(seconds: number, messages: number, counts = [0, 0, 0, 0], startedAt = 'first') {
  const at = new Date(START + seconds * 1000).toISOString();
  const delivery = { upTo: [1000, 2000, 4000], counts };
  return { at, startedAt, traffic: { messages }, delivery } as ServerFigures;
}

const messages = (figures: ServerFigures) => figures.traffic.messages;
const delivery = (figures: ServerFigures) => figures.delivery;

describe('rates', () => {
  it('are counted between two looks, by the time that passed at the server', () => {
    expect(rates([look(0, 10), look(2, 20), look(6, 20), look(7, 23)], messages)).toEqual([
      5, 0, 3,
    ]);
  });

  it('are none of one look, and never less than nothing', () => {
    expect(rates([look(0, 10)], messages)).toEqual([]);
    expect(rates([look(0, 10), look(0, 12), look(1, 3)], messages)).toEqual([0, 0]);
  });
});

describe('quantiles', () => {
  it('lie between the bounds of where they fall', () => {
    const times = { upTo: [1000, 2000, 4000], counts: [2, 4, 4, 0] };
    expect(quantile(times, 0.1)).toBeCloseTo(0.5);
    expect(quantile(times, 0.2)).toBeCloseTo(1);
    expect(quantile(times, 0.5)).toBeCloseTo(1.75);
    expect(quantile(times, 1)).toBeCloseTo(4);
  });

  it('of nothing are unknown, and of what is beyond the last bound are the last bound', () => {
    expect(quantile({ upTo: [1000], counts: [0, 0] }, 0.5)).toBeNull();
    expect(quantile({ upTo: [1000, 2000], counts: [0, 0, 7] }, 0.99)).toBe(2);
  });

  it('tell of what came between the looks alone', () => {
    const looks = [
      look(0, 0, [100, 0, 0, 0]),
      look(1, 0, [100, 0, 0, 0]),
      look(2, 0, [100, 0, 8, 0]),
    ];
    expect(quantiles(looks, delivery, 0.5)).toEqual([0, 3]);
    expect(quantileOfAll(looks, delivery, 0.5)).toBeCloseTo(3);
    expect(quantileOfAll(looks.slice(0, 2), delivery, 0.5)).toBeNull();
    expect(quantileOfAll([], delivery, 0.5)).toBeNull();
  });
});

it('keeps the newest looks, and none from before a restart', () => {
  let looks: ServerFigures[] = [];
  for (let second = 0; second < 200; second += 1) looks = keep(looks, look(second, second));
  expect(looks.length).toBe(120);
  expect(looks.at(-1)?.traffic.messages).toBe(199);
  const again = look(201, 1, [0, 0, 0, 0], 'second');
  expect(keep(looks, again)).toEqual([again]);
});

it('draws a line from the left to the right that stays in its box', () => {
  expect(linePoints([0, 10, 5])).toBe('0,96 50,4 100,50');
  expect(linePoints([0, 0])).toBe('0,96 100,96');
  expect(linePoints([3])).toBe('0,4');
  expect(linePoints([])).toBe('');
});
