import type { Plugin } from 'vite';

/** The elements and attributes that DOMPurify lets through where nothing else is said. */
const DEFAULTS =
  /^const (html|svg|mathMl|svgFilters|svgDisallowed|mathMlDisallowed|xml)(\$1)? = freeze\(\[[^\]]*\]\);$/gm;
const COUNT = 10;

/**
 * Takes DOMPurify's default lists away, a part of the first load that nothing asks for: what is allowed
 * is said where it is called. Without them it lets nothing through by itself, and no SVG or MathML at all.
 */
export function barePurifier(): Plugin {
  return {
    name: 'maru-bare-purifier',
    transform(code, id) {
      if (!/\/dompurify\/dist\/purify\.es\.mjs$/.test(id)) return null;
      if (code.match(DEFAULTS)?.length !== COUNT) this.error('DOMPurify has other lists now');
      return { code: code.replace(DEFAULTS, 'const $1$2 = freeze([]);'), map: null };
    },
  };
}
