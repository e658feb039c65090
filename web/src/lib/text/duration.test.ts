import { beforeAll, expect, it } from 'vitest';
import { followLanguage, laterTexts } from '../i18n/catalogue.svelte';
import { countdownText, durationText } from './duration';

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

it.each([
  [0, '0:00'],
  [5, '0:05'],
  [750, '12:30'],
  [3600, '1:00:00'],
  [21_599, '5:59:59'],
])('shows %i seconds as %s', (seconds, text) => {
  expect(countdownText(seconds)).toBe(text);
});
