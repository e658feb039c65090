import { expect, it, vi } from 'vitest';
import { briefTime } from './time';

let language: 'en' | 'ko' = 'en';
vi.mock('../i18n/catalogue.svelte', () => ({ currentLanguage: () => language, t: String }));

it('tells a time without its half of the day where there is no place for it', () => {
  const afternoon = new Date(2026, 0, 1, 15, 5).toISOString();
  for (language of ['en', 'ko'] as const) expect(briefTime(afternoon)).toBe('3:05');
});
