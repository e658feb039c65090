import { matchName } from '../text/name-match';

/** What an emoji is called in Korean: its name, and words that mean it. */
export interface Called {
  emoji: string;
  label: string;
  words: readonly string[];
}

/** What people write in chats and mean one emoji by, before all others that bear the word. */
const CHAT_WORDS: Record<string, readonly string[]> = {
  '😂': ['ㅋㅋ', 'ㅋㅋㅋ', 'ㅎㅎ', '웃겨'],
  '🤣': ['ㅋㅋㅋ', '웃겨', '빵터짐'],
  '😭': ['ㅠㅠ', 'ㅜㅜ', '엉엉', '눈물'],
  '😢': ['ㅠ', 'ㅜ'],
  '👍': ['굿', 'ㅇㅋ', '좋아요', '따봉', '최고'],
  '👌': ['ㅇㅋ', '오케이'],
  '🙏': ['감사', '고마워', '부탁'],
  '🎉': ['축하'],
  '🙇': ['죄송', '감사'],
  '👏': ['짝짝', '수고'],
  '💪': ['화이팅', '파이팅', '힘내'],
  '❤️': ['하트', '사랑'],
};

/** A syllable with a final consonant: with the next letter that may move on, but it is not what was meant. */
function isClosed(query: string): boolean {
  const code = query.charCodeAt(query.length - 1);
  return code >= 0xac00 && code <= 0xd7a3 && (code - 0xac00) % 28 > 0;
}

/**
 * How well an emoji fits to a Korean query, 0 if it does not: a whole word first, then the beginning
 * of one, then what is within one; what it is called before what else finds it.
 */
export function hangulRank(query: string, { emoji, label, words }: Called): number {
  let best = 0;
  if (CHAT_WORDS[emoji]?.includes(query)) return 600;
  for (const phrase of new Set([label, ...words])) {
    best = Math.max(best, phraseRank(query, phrase) + (phrase === label ? 20 : 0));
  }
  return best > 20 ? best : 0;
}

function phraseRank(query: string, phrase: string): number {
  // A longer name is about something else, too.
  const brief = 40 - Math.min(phrase.length, 40);
  const parts = phrase.split(/[\s,·:()]+/);
  if (phrase === query) return 500 + brief;
  if (parts.includes(query)) return 400 + brief;
  if (parts.some((part) => part.startsWith(query))) return 300 + brief;
  if (phrase.includes(query)) return 200 + brief;
  if (isClosed(query)) return 0;
  // Initial consonants, and a last syllable that is still being composed.
  const match = matchName(query, phrase);
  return match?.stretches.length === 1 ? 100 + brief : 0;
}
