import type { Attachment } from '../../generated/contract';
import { API } from '../base';

/** The longer sides of thumbnails, in pixels. */
const SIDES = { small: 320, large: 1280 };

/** Where a file is to be had; the browser's own pass is sent along. */
export function addressOf({ id, name }: Pick<Attachment, 'id' | 'name'>): string {
  return `${API}/files/${id}/${encodeURIComponent(name)}`;
}

export function thumbnailOf(file: Attachment, size: keyof typeof SIDES): string {
  return `${addressOf(file)}?size=${size}`;
}

/** The same image in several sizes, each with its width, for whatever density the screen has. */
export function sourcesOf(file: Attachment, ...sizes: (keyof typeof SIDES | 'original')[]): string {
  const { width = 0, height = 0 } = file;
  const longer = Math.max(width, height, 1);
  return sizes
    .map((size) => {
      if (size === 'original') return `${addressOf(file)} ${width}w`;
      const shown = Math.round(width * Math.min(1, SIDES[size] / longer));
      return `${thumbnailOf(file, size)} ${Math.max(shown, 1)}w`;
    })
    .join(', ');
}
