/**
 * An emoji in one spelling: data and keyboards put a variation selector behind some that need none,
 * and two spellings would count as two reactions.
 */
export function normalEmoji(emoji: string): string {
  return emoji.replace(/(\p{Emoji_Presentation})\ufe0f/gu, '$1');
}
