import { expect, it } from 'vitest';
import { Revisions } from './revisions';

it('takes the next rev and refuses a known one', () => {
  const revisions = new Revisions(4);
  expect(revisions.hear(5)).toBe('next');
  expect(revisions.hear(5)).toBe('stale');
  expect(revisions.hear(3)).toBe('stale');
  expect(revisions.known).toBe(5);
});

it('tells of a gap once, and fills it with what was heard meanwhile', () => {
  const revisions = new Revisions(4);
  expect(revisions.hear(7)).toBe('gap');
  expect(revisions.hear(8)).toBe('ahead');
  expect(revisions.hear(7)).toBe('stale');
  expect(revisions.known).toBe(4);
  expect(revisions.caughtUp(6)).toBe(false);
  expect(revisions.known).toBe(8);
  expect(revisions.hear(9)).toBe('next');
});

it('says so when a gap is left after catching up', () => {
  const revisions = new Revisions(0);
  revisions.hear(3);
  revisions.hear(6);
  expect(revisions.caughtUp(4)).toBe(true);
  expect(revisions.known).toBe(4);
  expect(revisions.caughtUp(6)).toBe(false);
});

it('tells of the gap again after giving up', () => {
  const revisions = new Revisions(0);
  expect(revisions.hear(3)).toBe('gap');
  revisions.gaveUp();
  expect(revisions.hear(4)).toBe('gap');
});

it('starts over with a new connection', () => {
  const revisions = new Revisions(9);
  revisions.hear(12);
  revisions.restart(20);
  expect(revisions.hear(21)).toBe('next');
});
