const HANGUL = /^\p{Script=Hangul}+$/u;

/** One or two letters that stand for a name: given name in Korean, first letters elsewhere. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0] ?? '';
  if (words.length === 1 && HANGUL.test(first)) return first.slice(-2);
  const letters = words.length === 1 ? [first] : [first, words.at(-1) ?? ''];
  return letters
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

const HUES = 24;

/** A hue of 0 to 359 degrees that stays with an id. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  // Ids made one after the other are alike; their colours should not be.
  hash = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 0;
  // In steps, because neighbouring hues cannot be told apart.
  return ((hash >>> 8) % HUES) * (360 / HUES);
}
