import { expect, it } from 'vitest';
import { Any, P, Z } from './uc-micro';

it('knows the punctuation of all scripts in use', () => {
  const is = (text: string) => new RegExp(`^(?:${P.source})$`).test(text);
  for (const sign of '.,!?…·、。「」（），؟।“”—_〜') expect(is(sign), sign).toBe(true);
  for (const other of 'a가漢1 +$😀฿') expect(is(other), other).toBe(false);
});

it('knows no other punctuation than Unicode does, and all but the newest', () => {
  const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
  const [known, real] = [all.filter((one) => P.test(one)), all.filter((one) => /\p{P}/u.test(one))];
  expect(known.filter((one) => !real.includes(one))).toEqual([]);
  expect(known.length).toBeGreaterThan(real.length * 0.98);
});

it('takes a character beyond U+FFFF as one', () => {
  expect('😀a'.match(new RegExp(Any.source, 'g'))).toEqual(['😀', 'a']);
  expect(Z.test('\u3000')).toBe(true);
});
