import { team } from './team.svelte';

/** Where the browser keeps them. */
export const EMOJI_KEY = 'maru:emoji';
const MOST_KEPT = 24;
/** What is offered before somebody has favourites of their own. */
const COMMON = ['👍', '❤️', '😂', '🎉', '🙏', '👀', '✅', '🔥'];

interface Kept {
  /** Newest first. */
  recent: string[];
  /** 0 for none, 1 to 5 from light to dark. */
  tone: number;
}

function read(): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(EMOJI_KEY) ?? '{}') as Partial<Kept>;
    return { recent: kept.recent ?? [], tone: kept.tone ?? 0 };
  } catch {
    return { recent: [], tone: 0 };
  }
}

function write(changes: Partial<Kept>): void {
  localStorage.setItem(EMOJI_KEY, JSON.stringify({ ...read(), ...changes }));
}

/** The emoji that this browser's user used last, and then common ones. */
export function favouriteEmoji(count: number): string[] {
  const recent = read().recent.filter((emoji) => !emoji.startsWith(':') || team.find(emoji));
  return [...new Set([...recent, ...COMMON])].slice(0, count);
}

/** The newest first, without common ones. */
export function recentEmoji(): string[] {
  return read().recent;
}

export function useEmoji(emoji: string): void {
  const { recent } = read();
  write({ recent: [emoji, ...recent.filter((other) => other !== emoji)].slice(0, MOST_KEPT) });
}

/** The skin tone that the user chose: 0 for none, 1 to 5 from light to dark. */
export function skinTone(): number {
  return read().tone;
}

export function chooseSkinTone(tone: number): void {
  write({ tone });
}
