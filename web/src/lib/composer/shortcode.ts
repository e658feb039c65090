import { replacement, type Edit } from './edit';
import { isInFence } from './trigger';

const SHORTCODE = /:([a-z0-9_+-]{2,30}):$/i;

/** The emoji that takes the place of its `:name:`, which was just finished at the cursor; null for none. */
export async function emojiInPlace(text: string, cursor: number): Promise<Edit | null> {
  const before = text.slice(0, cursor);
  const found = SHORTCODE.exec(before);
  if (!found || isInFence(before)) return null;
  const { emojiNamed } = await import('../emoji');
  const emoji = await emojiNamed(found[1] ?? '').catch(() => undefined);
  return emoji ? replacement(found.index, cursor, emoji) : null;
}
