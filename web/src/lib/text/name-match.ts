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

/** Neither letters nor emoji: between words, and never looked for. */
const BETWEEN = /^[^\p{L}\p{N}\p{M}\p{Extended_Pictographic}\p{RI}]$/u;
/** Written without blanks between words, so that any place in a name may be the beginning of one. */
const UNSPACED =
  /^[\p{sc=Hang}\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Mymr}\p{sc=Khmr}ー]$/u;

/** A folded letter of a name, and which of the name's characters it belongs to. */
interface Letter {
  letter: string;
  at: number;
}

/** The characters of a name, as the stretches of a match count them. */
export function charactersOf(name: string): string[] {
  return [...name.normalize('NFC')];
}

/**
 * Whether somebody who types `query` may mean `name`: without regard to case, width, accents and
 * blanks, Hangul also by initial consonants (`ㅎㅇ`) and with a last syllable that is still being
 * composed. One stretch is better than several, and an early one better than a late one. Null when
 * it does not fit.
 */
export function matchName(query: string, name: string): NameMatch | null {
  const sought = soughtIn(query);
  const folded = lettersOf(name);
  const letters = folded.map(({ letter }) => letter);
  if (sought.length === 0) return { score: 0, stretches: [] };
  const match =
    matchWhole(sought, letters) ??
    matchParts(query, letters) ??
    matchWordStarts(sought, letters) ??
    matchScattered(sought, letters);
  return match && { ...match, stretches: placed(match.stretches, folded) };
}

/**
 * As the server finds names: every part of the query, in any order, in one stretch each, which in
 * scripts with blanks begins with a word.
 */
export function matchesName(query: string, name: string): boolean {
  const letters = lettersOf(name).map(({ letter }) => letter);
  return partsOf(query).every((part) => {
    const isUnspaced = UNSPACED.test(part[0] ?? '');
    return letters.some(
      (_, start) =>
        (isUnspaced || isWordStart(letters, start)) && endOf(part, letters, start) !== null,
    );
  });
}

/** Case, width and accents do not matter. */
function fold(character: string): string {
  // NFKD would make the initial consonant of a syllable of it.
  if (/[\u3131-\u318e]/u.test(character)) return character;
  return character
    .normalize('NFKD')
    .replace(/(?<=[\p{sc=Latn}\p{sc=Grek}]\p{M}*)\p{M}/gu, '')
    .normalize('NFKC')
    .toLowerCase();
}

function lettersOf(name: string): Letter[] {
  return charactersOf(name).flatMap((character, at) =>
    [...fold(character)].flatMap((letter) =>
      [...(CLUSTERS[letter] ?? letter)].map((one) => ({ letter: one, at })),
    ),
  );
}

function soughtIn(query: string): string[] {
  return lettersOf(query)
    .map(({ letter }) => letter)
    .filter((letter) => !BETWEEN.test(letter));
}

function partsOf(query: string): string[][] {
  return query
    .split(/\s+/u)
    .map(soughtIn)
    .filter((part) => part.length > 0);
}

/** The stretches of folded letters as stretches of the name's characters. */
function placed(stretches: Stretch[], folded: Letter[]): Stretch[] {
  return stretches.map(({ start, end }) => ({
    start: folded[start]?.at ?? 0,
    end: (folded[end - 1]?.at ?? 0) + 1,
  }));
}

/** Every part somewhere, in any order: `ops dev` for “dev-ops”. */
function matchParts(query: string, letters: string[]): NameMatch | null {
  const parts = partsOf(query);
  if (parts.length < 2) return null;
  const matches = parts.map((part) => matchWhole(part, letters));
  if (!matches.every((match) => match !== null)) return null;
  const stretches = matches.flatMap((match) => match.stretches);
  stretches.sort((a, b) => a.start - b.start);
  return {
    score: Math.min(90, ...matches.map(({ score }) => score)),
    stretches: joined(stretches),
  };
}

/** Ascending stretches of which none touches another. */
function joined(stretches: Stretch[]): Stretch[] {
  const apart: Stretch[] = [];
  for (const { start, end } of stretches) {
    const last = apart.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else apart.push({ start, end });
  }
  return apart;
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
    while (index > 0 && BETWEEN.test(letters[at] ?? '')) at += 1;
    const taken = take(letter, letters, at, index === sought.length - 1);
    if (taken === 0) return null;
    at += taken;
  }
  return at;
}

/** After a blank, or where another script begins. */
function isWordStart(letters: string[], at: number): boolean {
  const [before, here] = [letters[at - 1], letters[at] ?? ''];
  return before === undefined || kindOf(before) !== kindOf(here);
}

function kindOf(letter: string): 'between' | 'unspaced' | 'word' {
  if (BETWEEN.test(letter)) return 'between';
  return UNSPACED.test(letter) ? 'unspaced' : 'word';
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
  let next = at + 1;
  while (BETWEEN.test(letters[next] ?? '')) next += 1;
  return takeUnfinished(typed, there)
    ? 1
    : flowsOver(typed, there, letters[next])
      ? next - at + 1
      : 0;
}

interface Syllable {
  initial: number;
  medial: number;
  final: string;
}

/** 하 is on the way to 한, 고 to 과. */
function takeUnfinished(typed: Syllable, there: Syllable): boolean {
  if (typed.final === '') {
    const isLonger = LONGER_MEDIALS[typed.medial]?.includes(there.medial) ?? false;
    return typed.medial === there.medial || isLonger;
  }
  return typed.medial === there.medial && there.final.startsWith(typed.final);
}

/** 밍 is on the way to 미아: its final consonant may become the next initial. */
function flowsOver(typed: Syllable, there: Syllable, following: string | undefined): boolean {
  const [kept, moved] = [typed.final.slice(0, -1), typed.final.at(-1)];
  const next = following === undefined ? null : syllableOf(following);
  if (moved === undefined || typed.medial !== there.medial || !next) return false;
  return there.final === kept && INITIALS[next.initial] === moved;
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
