/** What the keys of the letters write on the Korean two-set layout (두벌식, KS X 5002). */
const KEYS: Record<string, string> = {
  ...{ r: 'ㄱ', R: 'ㄲ', s: 'ㄴ', e: 'ㄷ', E: 'ㄸ', f: 'ㄹ', a: 'ㅁ', q: 'ㅂ', Q: 'ㅃ', t: 'ㅅ' },
  ...{ T: 'ㅆ', d: 'ㅇ', w: 'ㅈ', W: 'ㅉ', c: 'ㅊ', z: 'ㅋ', x: 'ㅌ', v: 'ㅍ', g: 'ㅎ' },
  ...{ k: 'ㅏ', o: 'ㅐ', i: 'ㅑ', O: 'ㅒ', j: 'ㅓ', p: 'ㅔ', u: 'ㅕ', P: 'ㅖ', h: 'ㅗ', y: 'ㅛ' },
  ...{ n: 'ㅜ', b: 'ㅠ', m: 'ㅡ', l: 'ㅣ' },
};

const INITIALS = 'ㄱ ㄲ ㄴ ㄷ ㄸ ㄹ ㅁ ㅂ ㅃ ㅅ ㅆ ㅇ ㅈ ㅉ ㅊ ㅋ ㅌ ㅍ ㅎ'.split(' ');
const MEDIALS =
  'ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ'.split(' ');
const FINALS =
  'ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ'.split(
    ' ',
  );

const VOWEL = '[ㅏ-ㅣ]';
/** A consonant before a vowel begins the next syllable. */
const SYLLABLE = new RegExp(
  `([ㄱ-ㅎ])(${longestFirst(MEDIALS)})((?:${longestFirst(FINALS)})(?!${VOWEL}))?`,
  'gu',
);

/**
 * What somebody meant who typed Korean without switching the keyboard to it: 하늘 for `gksmf`. Null
 * for what cannot have been meant so, as most English words.
 */
export function asHangul(typed: string): string | null {
  if (!/^[a-z\s]*[a-z][a-z\s]*$/iu.test(typed)) return null;
  const letters = [...typed].map((key) => KEYS[key] ?? KEYS[key.toLowerCase()] ?? key).join('');
  const hangul = letters.replace(SYLLABLE, (_, initial: string, medial: string, final?: string) =>
    String.fromCodePoint(
      0x1100 + INITIALS.indexOf(initial),
      0x1161 + MEDIALS.indexOf(medial),
      ...(final ? [0x11a8 + FINALS.indexOf(final)] : []),
    ).normalize('NFC'),
  );
  return new RegExp(VOWEL, 'u').test(hangul) ? null : hangul;
}

function longestFirst(letters: string[]): string {
  return letters.toSorted((a, b) => b.length - a.length).join('|');
}
