import { beforeAll, describe, expect, it } from 'vitest';
import { RequestFailure } from './failure';
import { followLanguage, laterTexts } from './i18n/catalogue.svelte';
import { preferences } from './state/preferences.svelte';
import { codesFile, explainCode, grouped, isWhole, takeTyped, withTyped } from './two-factor';

beforeAll(async () => {
  preferences.change({ language: 'en' });
  await followLanguage();
  await laterTexts();
});

describe('a code', () => {
  it.each(['123456', '123 456', ' 123-456 ', '１２３４５６'])('is whole as %s', (code) => {
    expect(isWhole(code)).toBe(true);
  });

  it.each(['', '12345', '1234567', '12345a', '7ZK3-09QM-XW4T-E1AB'])('is not as %s', (code) => {
    expect(isWhole(code)).toBe(false);
  });
});

describe('a refusal', () => {
  it('is told for what was refused', () => {
    const of = (field: string) => explainCode(new RequestFailure('invalid', '', { field }));
    expect(of('password')).toBe('This is not your password.');
    expect(of('code')).toMatch(/^This code is wrong/);
    expect(of('enrolment')).toMatch(/^That took too long/);
    expect(explainCode(RequestFailure.offline())).toMatch(/does not answer/);
  });
});

it('groups a key so that it can be typed', () => {
  expect(grouped('GEZDGNBVGY3TQOJQ')).toBe('GEZD GNBV GY3T QOJQ');
});

it('keeps codes in a file under what they are of', () => {
  expect(codesFile('Codes of mina', ['A-B', 'C-D'])).toBe('Codes of mina\n\nA-B\nC-D\n');
});

it('gives the password of a login once, to who has to set up a second factor', async () => {
  await withTyped('secret', { status: 'due' }, () => Promise.resolve());
  expect([takeTyped(), takeTyped()]).toEqual(['secret', '']);
  await withTyped('secret', { status: 'authenticated' }, () => Promise.resolve());
  expect(takeTyped()).toBe('');
  const refused = withTyped('secret', { status: 'anonymous' }, () => Promise.reject(new Error()));
  await expect(refused).rejects.toThrow();
  expect(takeTyped()).toBe('');
});
