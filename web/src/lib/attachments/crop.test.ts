import { expect, it } from 'vitest';
import { cropOf, middleOf, mostZoom, within } from './crop';

const wide = { width: 400, height: 101 };

it('begins with the largest square in the middle, in whole pixels', () => {
  expect(cropOf(wide, middleOf(wide))).toEqual({ x: 150, y: 0, size: 101 });
  expect(cropOf({ width: 3, height: 1 }, middleOf({ width: 3, height: 1 }))).toEqual({
    x: 1,
    y: 0,
    size: 1,
  });
});

it('stays within the image, however far it is moved or zoomed', () => {
  for (const x of [-1e6, 0, 55.5, 399.9, 1e6]) {
    for (const y of [-1e6, 50, 1e6]) {
      for (const zoom of [0, 1, 1.37, 99]) {
        const { size, ...corner } = cropOf(wide, { x, y, zoom });
        expect(size).toBeGreaterThanOrEqual(1);
        expect(corner.x).toBeGreaterThanOrEqual(0);
        expect(corner.y).toBeGreaterThanOrEqual(0);
        expect(corner.x + size).toBeLessThanOrEqual(400);
        expect(corner.y + size).toBeLessThanOrEqual(101);
      }
    }
  }
});

it('does not zoom into what is small', () => {
  expect(mostZoom({ width: 20, height: 900 })).toBe(1);
  expect(within({ width: 20, height: 900 }, { x: 10, y: 10, zoom: 3 }).zoom).toBe(1);
});
