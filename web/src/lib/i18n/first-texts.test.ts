import { expect, it } from 'vitest';
import { messages as first } from './en';
import { messages as later } from './en.later';

const sources: Record<string, string> = import.meta.glob('../../**/*.{svelte,ts}', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const files = new Map(
  Object.entries(sources).map(([path, text]) => [
    new URL(path, 'file:///lib/i18n/').pathname,
    text,
  ]),
);

/** The files that a chain of static imports leads to from the client's first one. */
function loadedAtOnce(path: string, seen = new Map<string, string>()): Map<string, string> {
  const text = files.get(path);
  if (text === undefined || seen.has(path)) return seen;
  seen.set(path, text);
  const imports = text.matchAll(/^\s*(?:import|export)\s+(?!type\b)[^'";(]*?'(\.[^']+)';/gm);
  for (const [, name = ''] of imports) {
    const { pathname } = new URL(name, `file://${path}`);
    for (const ending of ['', '.ts', '/index.ts']) loadedAtOnce(pathname + ending, seen);
  }
  return seen;
}

it('has at once exactly the texts that what is loaded at once shows', () => {
  const texts = [...loadedAtOnce('/main.ts').values()];
  expect(texts.length).toBeGreaterThan(80);
  const named = new Set(texts.flatMap((text) => text.match(/(?<=')[a-z]\w*\.[\w.]+(?=')/gi) ?? []));
  const beginnings = texts.flatMap((text) => text.match(/(?<=\bt\(`)[a-z.]+(?=\$\{)/gi) ?? []);
  // Forms alone are told of their fields, and bring their texts along.
  const isNamed = (key: string) =>
    (named.has(key) && !key.startsWith('error.field.')) ||
    beginnings.some((beginning) => key.startsWith(beginning) && !key.startsWith('error.field.'));
  expect(Object.keys(later).filter(isNamed)).toEqual([]);
  expect(Object.keys(first).filter((key) => !isNamed(key))).toEqual([]);
});
