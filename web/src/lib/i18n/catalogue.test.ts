import { describe, expect, it } from 'vitest';
import { preferences } from '../state/preferences.svelte';
import { followLanguage, laterTexts, t } from './catalogue.svelte';
import { messages as firstEnglish } from './en';
import { messages as laterEnglish } from './en.later';
import { messages as firstKorean } from './ko';
import { messages as laterKorean } from './ko.later';

const en = { ...firstEnglish, ...laterEnglish };
const ko = { ...firstKorean, ...laterKorean };
const keys = Object.keys(en) as (keyof typeof en)[];
const sources: Record<string, string> = import.meta.glob(['./{en,ko}*.ts', './{en,ko}/*.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

describe('the catalogue', () => {
  it.each(keys)('has %s in both languages, with the same holes', (key) => {
    expect(ko[key].trim()).not.toBe('');
    expect(holes(ko[key])).toEqual(holes(en[key]));
  });

  it.each(['en', 'ko'])('has each text once: %s', (language) => {
    const found = Object.entries(sources)
      .filter(([path]) => path.startsWith(`./${language}`))
      .flatMap(([, source]) => source.match(/(?<=^ {2}')[\w.]+(?=':)/gm) ?? []);
    expect(found.length).toBe(keys.length);
    expect(found.filter((key, place) => found.indexOf(key) !== place)).toEqual([]);
  });

  it('is worded in polite Korean', () => {
    const plain = keys.filter((key) => /(습니다|습니까|십시오)/.test(ko[key]));
    expect(plain).toEqual([]);
  });

  it('chooses the plural and groups digits', async () => {
    preferences.change({ language: 'en' });
    await followLanguage();
    expect(t('room.members', { n: 1 })).toBe('1 member');
    expect(t('room.members', { n: 1200 })).toBe('1,200 members');
  });

  it('changes the language at once', async () => {
    preferences.change({ language: 'ko' });
    await followLanguage();
    expect(t('room.members', { n: 3 })).toBe('멤버 3명');
  });

  it('adds the texts of what is shown on demand, and keeps them over a change of language', async () => {
    preferences.change({ language: 'en' });
    await followLanguage();
    expect(t('settings.title')).toBe('');
    await laterTexts();
    expect(t('settings.title')).toBe('Settings');
    preferences.change({ language: 'ko' });
    await followLanguage();
    expect(t('settings.title')).toBe('설정');
  });

  it('does not fill holes with what a value contains', async () => {
    preferences.change({ language: 'en' });
    await followLanguage();
    expect(t('system.topic', { name: '{topic}|x', topic: 'y' })).toBe('{topic}|x set the topic: y');
  });
});
