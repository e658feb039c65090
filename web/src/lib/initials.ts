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

/** A hue of 0 to 359 degrees that stays with an id. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  // Thirty steps: neighbouring hues could not be told apart.
  return (hash % 30) * 12;
}
