import type { Plugin } from 'vite';

/** What virtua writes so that its lists may consist of any elements, and what is enough for ours. */
const PLAIN: readonly [RegExp, string][] = [
  [/<svelte:element this=\{as\}/g, '<div'],
  [/<\/svelte:element>/g, '</div>'],
  [/ \{\.\.\.itemRest\}/g, ''],
];

/** Makes virtua's elements plain ones: what can set any attribute of any element is a large part of Svelte. */
export function plainElements(): Plugin {
  return {
    name: 'maru-plain-elements',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/virtua\/lib\/svelte\/(Virtualizer|ListItem)\.svelte$/.test(id)) return null;
      const plain = PLAIN.reduce((text, [any, one]) => text.replace(any, one), code);
      if (plain === code) this.error('virtua has no elements of any kind any more');
      return { code: plain, map: null };
    },
  };
}
