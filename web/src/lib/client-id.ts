const KEY = 'maru:client';
/** Crockford's digits: without I, L, O and U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

let latest = 0;
/** The random digits of the latest one, as numbers. */
let random: number[] = [];

/** A new ULID, which sorts by its time. Later ones of one tab are always greater. */
export function newId(now = Date.now()): string {
  if (now > latest) {
    latest = now;
    const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_DIGITS));
    random = [...bytes].map((byte) => byte % DIGITS.length);
  } else {
    count(random);
  }
  let time = '';
  for (let rest = latest; time.length < TIME_DIGITS; rest = Math.floor(rest / DIGITS.length)) {
    time = `${DIGITS[rest % DIGITS.length]}${time}`;
  }
  return time + random.map((digit) => DIGITS[digit]).join('');
}

function count(digits: number[]): void {
  for (let at = digits.length - 1; at >= 0; at -= 1) {
    const next = ((digits[at] ?? 0) + 1) % DIGITS.length;
    digits[at] = next;
    if (next > 0) return;
  }
}

/** The ULID that names this installation, made at the first visit. */
export function clientId(): string {
  const kept = localStorage.getItem(KEY);
  if (kept) return kept;
  const made = newId();
  localStorage.setItem(KEY, made);
  return made;
}
