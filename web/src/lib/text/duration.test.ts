import { beforeAll, expect, it } from 'vitest';
import { followLanguage, laterTexts } from '../i18n/catalogue.svelte';
import { durationText } from './duration';

beforeAll(async () => {
  await followLanguage();
  await laterTexts();
});

it.each([
  [1, '1 second'],
  [30, '30 seconds'],
  [90, '90 seconds'],
  [60, '1 minute'],
  [900, '15 minutes'],
  [21_600, '6 hours'],
])('says %i seconds as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
