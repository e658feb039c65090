import { emojiByName } from '../emoji';

const SHORTCODE = /(?<![\p{L}\p{N}:]):([a-z0-9_+-]{2,30}):(?![\p{L}\p{N}:])/giu;

/** Puts emoji in place of their names, with the skin that the reader chose. Rejects without a network. */
export async function drawing(): Promise<(text: string) => string> {
  const emoji = await emojiByName();
  return (text) =>
    text.replace(SHORTCODE, (code, name: string) => emoji.get(name.toLowerCase()) ?? code);
}
