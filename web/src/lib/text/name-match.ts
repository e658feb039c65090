/** A stretch of a name, counted in characters: from `start`, up to and without `end`. */
export interface Stretch {
  start: number;
  end: number;
}

export interface NameMatch {
  /** How well it fits; more is better. */
  score: number;
  /** What of the name was found, in ascending order. */
  stretches: Stretch[];
}

const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const MEDIALS = 21;
const FINALS = 28;

const INITIALS = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';
const FINAL_LETTERS = [
  ...[
    '',
    'ㄱ',
    'ㄲ',
    'ㄱㅅ',
    'ㄴ',
    'ㄴㅈ',
    'ㄴㅎ',
    'ㄷ',
    'ㄹ',
    'ㄹㄱ',
    'ㄹㅁ',
    'ㄹㅂ',
    'ㄹㅅ',
    'ㄹㅌ',
  ],
  ...['ㄹㅍ', 'ㄹㅎ', 'ㅁ', 'ㅂ', 'ㅂㅅ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ'],
];
/** Vowels that begin others: 고 is on the way to 과. By their place among the medials. */
const LONGER_MEDIALS: Record<number, number[]> = { 8: [9, 10, 11], 13: [14, 15, 16], 18: [19] };
/** Two initial consonants that input methods put into one letter. */
const CLUSTERS: Record<string, string> = {
  ...{ ㄳ: 'ㄱㅅ', ㄵ: 'ㄴㅈ', ㄶ: 'ㄴㅎ', ㄺ: 'ㄹㄱ', ㄻ: 'ㄹㅁ', ㄼ: 'ㄹㅂ' },
  ...{ ㄽ: 'ㄹㅅ', ㄾ: 'ㄹㅌ', ㄿ: 'ㄹㅍ', ㅀ: 'ㄹㅎ', ㅄ: 'ㅂㅅ' },
};

const BETWEEN_WORDS = /[\s\-_.,/]/u;

/** The characters of a name, as the stretches of a match count them. */
export function charactersOf(name: string): string[] {
  return [...name.normalize('NFC')];
}

/**
 * Whether somebody who types `query` may mean `name`: without regard to case and blanks, Hangul also
 * by initial consonants (`ㅎㅇ`) and with a last syllable that is still being composed. One stretch
 * is better than several, and an early one better than a late one. Null when it does not fit.
 */
export function matchName(query: string, name: string): NameMatch | null {
  const sought = lettersOf(query);
  const letters = charactersOf(name).map((letter) => letter.toLowerCase());
  if (sought.length === 0) return { score: 0, stretches: [] };
  return (
    matchWhole(sought, letters) ??
    matchWordStarts(sought, letters) ??
    matchScattered(sought, letters)
  );
}

/** As `matchName`, in one stretch only, as people expect where they complete a name. */
export function matchesName(query: string, name: string): boolean {
  const sought = lettersOf(query);
  const letters = charactersOf(name).map((letter) => letter.toLowerCase());
  return sought.length === 0 || matchWhole(sought, letters) !== null;
}

function lettersOf(query: string): string[] {
  return charactersOf(query)
    .filter((letter) => !/\s/u.test(letter))
    .flatMap((letter) => [...(CLUSTERS[letter] ?? letter.toLowerCase())]);
}

function matchWhole(sought: string[], letters: string[]): NameMatch | null {
  let best: NameMatch | null = null;
  for (let start = 0; start < letters.length; start += 1) {
    const end = endOf(sought, letters, start);
    if (end === null) continue;
    const place = start === 0 ? 300 : isWordStart(letters, start) ? 200 : 100;
    // Of names that begin alike, the one with the least besides is meant.
    const score = place + (100 * (end - start)) / letters.length - start;
    if (!best || score > best.score) best = { score, stretches: [{ start, end }] };
  }
  return best;
}

/** Where a stretch that begins at `start` ends; null when what is sought is not there. */
function endOf(sought: string[], letters: string[], start: number): number | null {
  let at = start;
  for (const [index, letter] of sought.entries()) {
    // Who types “김민아” means “김 민아”, too.
    while (index > 0 && at < letters.length && skips(letter, letters[at] ?? '')) at += 1;
    const taken = take(letter, letters, at, index === sought.length - 1);
    if (taken === 0) return null;
    at += taken;
  }
  return at;
}

function skips(sought: string, letter: string): boolean {
  return BETWEEN_WORDS.test(letter) && sought !== letter;
}

function isWordStart(letters: string[], at: number): boolean {
  return at === 0 || BETWEEN_WORDS.test(letters[at - 1] ?? '');
}

/** The first letters of words, in their order: `ft` for “front-end team”. */
function matchWordStarts(sought: string[], letters: string[]): NameMatch | null {
  const starts = letters.flatMap((_, at) => (isWordStart(letters, at) ? [at] : []));
  const stretches: Stretch[] = [];
  for (const letter of sought) {
    const at = starts.find(
      (start) => start >= (stretches.at(-1)?.end ?? 0) && take(letter, letters, start, false) > 0,
    );
    if (at === undefined) return null;
    stretches.push({ start: at, end: at + 1 });
  }
  return { score: 80 - letters.length / 10, stretches };
}

/** Letter by letter with anything between. */
function matchScattered(sought: string[], letters: string[]): NameMatch | null {
  const stretches: Stretch[] = [];
  let score = 40;
  let at = 0;
  for (const [index, letter] of sought.entries()) {
    let taken = 0;
    while (at < letters.length) {
      taken = take(letter, letters, at, index === sought.length - 1);
      if (taken > 0) break;
      at += 1;
    }
    if (taken === 0) return null;
    const last = stretches.at(-1);
    if (last?.end === at) {
      last.end += taken;
    } else {
      stretches.push({ start: at, end: at + taken });
      score -= isWordStart(letters, at) ? 1 : 15;
    }
    at += taken;
  }
  // Letters strewn over a name mean nothing.
  return score > 0 ? { score, stretches } : null;
}

/** How many letters of the name, from `at` on, one letter that is sought stands for: 0 to 2. */
function take(sought: string, letters: string[], at: number, isLast: boolean): number {
  const letter = letters[at];
  if (letter === undefined) return 0;
  if (sought === letter) return 1;
  const there = syllableOf(letter);
  if (!there) return 0;
  if (INITIALS.includes(sought)) return INITIALS[there.initial] === sought ? 1 : 0;
  const typed = isLast ? syllableOf(sought) : null;
  if (!typed || typed.initial !== there.initial) return 0;
  return takeUnfinished(typed, there, letters[at + 1]);
}

interface Syllable {
  initial: number;
  medial: number;
  final: string;
}

/** 하 is on the way to 한, 고 to 과, 밍 to 미아. */
function takeUnfinished(typed: Syllable, there: Syllable, following: string | undefined): number {
  if (typed.final === '') {
    const isLonger = LONGER_MEDIALS[typed.medial]?.includes(there.medial) ?? false;
    return typed.medial === there.medial || isLonger ? 1 : 0;
  }
  if (typed.medial !== there.medial) return 0;
  if (there.final.startsWith(typed.final)) return 1;
  const [kept, moved] = [typed.final.slice(0, -1), typed.final.at(-1)];
  const next = following === undefined ? null : syllableOf(following);
  return there.final === kept && next && INITIALS[next.initial] === moved ? 2 : 0;
}

function syllableOf(letter: string): Syllable | null {
  const code = letter.codePointAt(0) ?? 0;
  if (code < FIRST_SYLLABLE || code > LAST_SYLLABLE) return null;
  const index = code - FIRST_SYLLABLE;
  return {
    initial: Math.floor(index / (MEDIALS * FINALS)),
    medial: Math.floor(index / FINALS) % MEDIALS,
    final: FINAL_LETTERS[index % FINALS] ?? '',
  };
}
