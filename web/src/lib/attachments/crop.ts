import type { AvatarCrop } from '../../generated/contract';

/** No square is smaller than this, in pixels of the image. */
const LEAST = 32;
const MOST_ZOOM = 5;

export interface Size {
  width: number;
  height: number;
}

/** The part of an image that is cut out: a square by its middle, `zoom` times smaller than the largest. */
export interface Cut {
  x: number;
  y: number;
  zoom: number;
}

export function middleOf({ width, height }: Size): Cut {
  return { x: width / 2, y: height / 2, zoom: 1 };
}

/** How far one may zoom in; 1 for an image that is small already. */
export function mostZoom({ width, height }: Size): number {
  return Math.max(1, Math.min(MOST_ZOOM, Math.min(width, height) / LEAST));
}

/** The side of the square, in pixels of the image. */
export function sideOf({ width, height }: Size, { zoom }: Cut): number {
  return Math.min(width, height) / zoom;
}

/** The same, moved so that it lies within the image. */
export function within(image: Size, cut: Cut): Cut {
  const zoom = Math.min(Math.max(cut.zoom, 1), mostZoom(image));
  const half = sideOf(image, { ...cut, zoom }) / 2;
  const clamp = (value: number, length: number) => Math.min(Math.max(value, half), length - half);
  return { x: clamp(cut.x, image.width), y: clamp(cut.y, image.height), zoom };
}

/** The square in whole pixels, within the image. */
export function cropOf(image: Size, cut: Cut): AvatarCrop {
  const { x, y, zoom } = within(image, cut);
  const side = sideOf(image, { x, y, zoom });
  const size = Math.max(1, Math.floor(side));
  const begin = (middle: number, length: number) =>
    Math.min(Math.max(Math.round(middle - side / 2), 0), length - size);
  return { x: begin(x, image.width), y: begin(y, image.height), size };
}
