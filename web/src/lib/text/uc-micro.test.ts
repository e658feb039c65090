import { expect, it } from 'vitest';
import { Any, P, Z } from './uc-micro';

it('knows the punctuation of all scripts in use', () => {
  const is = (text: string) => new RegExp(`^(?:${P.source})$`).test(text);
  for (const sign of '.,!?…·、。「」（）～،؟।฿“”—_')
    expect(is(sign), sign).toBe(sign !== '฿' && sign !== '～');
  for (const other of 'a가漢1 +$😀') expect(is(other), other).toBe(false);
});

it('takes a character beyond U+FFFF as one', () => {
  expect('😀a'.match(new RegExp(Any.source, 'g'))).toEqual(['😀', 'a']);
  expect(Z.test('\u3000')).toBe(true);
});
