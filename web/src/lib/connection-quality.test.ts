import { expect, it } from 'vitest';
import { qualityOf, typicalRoundTrip, withRoundTrip } from './connection-quality';

it('judges a connection by its round trip', () => {
  expect([5, 199, 200, 599, 600, 9000].map(qualityOf)).toEqual([
    'good',
    'good',
    'fair',
    'fair',
    'poor',
    'poor',
  ]);
});

it('knows nothing before the first heartbeat, and forgets old ones', () => {
  expect(typicalRoundTrip([])).toBeNull();
  const many = [1, 2, 3, 4, 5, 6, 7].reduce(withRoundTrip, [] as readonly number[]);
  expect(many).toEqual([3, 4, 5, 6, 7]);
});

it('does not let one slow heartbeat decide', () => {
  expect(typicalRoundTrip([30, 40, 9000, 35, 20])).toBe(35);
  expect(typicalRoundTrip([900, 800, 20, 850, 870])).toBe(850);
});
