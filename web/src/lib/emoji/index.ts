import koreanUrl from 'emoji-picker-element-data/ko/cldr/data.json?url';
import englishUrl from 'emoji-picker-element-data/en/emojibase/data.json?url';
import { recentEmoji, skinTone } from './favourites';
import { normalEmoji } from './normal';
import { hangulRank } from './rank';
import { team } from './team.svelte';

/** One emoji, as the data names it. */
interface Entry {
  emoji: string;
  annotation: string;
  shortcodes?: string[];
  tags?: string[];
  skins?: { emoji: string; tone: number | number[] }[];
}

export interface FoundEmoji {
  emoji: string;
  /** What it is called in the reader's language. */
  label: string;
  /** Its name between colons. */
  shortcode: string;
}

interface Known {
  emoji: string;
  label: string;
  shortcodes: string[];
  /** Words that find it, in all languages of the reader. */
  words: string[];
  skins: string[];
}

export type EmojiLanguage = 'en' | 'ko';

/** Where the names of all emoji lie, by language. */
export const dataUrls: Record<EmojiLanguage, string> = { en: englishUrl, ko: koreanUrl };

const loading = new Map<EmojiLanguage, Promise<Known[]>>();

/** Every emoji with its names, loaded once. Korean readers find them by English names, too. */
async function allEmoji(language: EmojiLanguage): Promise<Known[]> {
  let all = loading.get(language);
  if (!all) {
    all = load(language);
    loading.set(language, all);
    // Without a network the next letter tries again.
    all.catch(() => loading.delete(language));
  }
  return all;
}

async function load(language: EmojiLanguage): Promise<Known[]> {
  const english = await entries('en');
  const local = language === 'en' ? english : await entries(language);
  const byEmoji = new Map(local.map((entry) => [entry.emoji, entry]));
  return english.map((entry) => {
    const own = byEmoji.get(entry.emoji) ?? entry;
    return {
      emoji: normalEmoji(entry.emoji),
      label: own.annotation,
      shortcodes: entry.shortcodes ?? [],
      words: [...new Set([own.annotation, ...(own.tags ?? []), ...(entry.tags ?? [])])],
      skins: (entry.skins ?? [])
        .filter(({ tone }) => !Array.isArray(tone))
        .map((skin) => skin.emoji),
    };
  });
}

async function entries(language: EmojiLanguage): Promise<Entry[]> {
  const answer = await fetch(dataUrls[language]);
  if (!answer.ok) throw new Error(`emoji: ${answer.status}`);
  return (await answer.json()) as Entry[];
}

/** The emoji that fit best to the beginning of a name, best first. */
export async function searchEmoji(
  written: string,
  language: EmojiLanguage,
  most: number,
): Promise<FoundEmoji[]> {
  const all = await allEmoji(language);
  const recent = recentEmoji();
  const query = written.toLowerCase();
  return all
    .map((known) => ({ known, score: scoreOf(query, known, recent) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ known: { emoji, label, shortcodes, skins } }) => ({
      emoji: skins[skinTone() - 1] ?? emoji,
      label,
      // Of several names the one that is being written.
      shortcode: shortcodes.find((code) => code.startsWith(query)) ?? shortcodes[0] ?? '',
    }));
}

/** The emoji of all names between colons, in English, with the skin that the user chose. */
export async function emojiByName(): Promise<Map<string, string>> {
  const all = await allEmoji('en');
  const tone = skinTone();
  return new Map(
    all.flatMap(({ emoji, shortcodes, skins }) =>
      shortcodes.map((code) => [code, skins[tone - 1] ?? emoji] as const),
    ),
  );
}

/** The emoji of exactly this name between colons; the team's own stay as they are written. */
export async function emojiNamed(shortcode: string): Promise<string | undefined> {
  if (team.named(shortcode.toLowerCase())) return undefined;
  const all = await allEmoji('en');
  const known = all.find(({ shortcodes }) => shortcodes.includes(shortcode.toLowerCase()));
  return known && (known.skins[skinTone() - 1] ?? known.emoji);
}

function scoreOf(
  query: string,
  { emoji, label, shortcodes, words }: Known,
  recent: string[],
): number {
  const favour = recent.includes(emoji) ? 30 : 0;
  if (/\p{Script=Hangul}/u.test(query)) {
    const rank = hangulRank(query, { emoji, label, words });
    return rank && rank + favour;
  }
  let best = 0;
  for (const code of shortcodes) {
    if (code === query) best = Math.max(best, 400);
    else if (code.startsWith(query)) best = Math.max(best, 300 - code.length);
    else if (code.includes(`_${query}`)) best = Math.max(best, 150 - code.length);
  }
  if (best === 0 && words.some((word) => word.startsWith(query))) best = 60;
  return best && best + favour;
}
