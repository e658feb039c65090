const MOST_CHARACTERS = 30;

/**
 * What a team's emoji may be called that somebody wrote, or whose file is called so: without colons, ending and case.
 * Hangul letters are put together. Empty where nothing of it can be in a name.
 */
export function nameFrom(written: string): string {
  const plain = written
    .normalize('NFC')
    .toLowerCase()
    .replace(/\.(?:png|gif|webp|jpe?g)$/, '')
    .replace(/[^a-z0-9가-힣+-]+/g, '_')
    .replace(/^_+|_+$/g, '');
  let name = plain.slice(0, MOST_CHARACTERS);
  while (new TextEncoder().encode(name).length > 60) name = name.slice(0, -1);
  return name.length < 2 ? '' : name;
}
