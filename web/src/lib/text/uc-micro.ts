/**
 * Stands in for the package `uc.micro` in markdown-it, whose tables of characters browsers have built
 * in. Only patterns that are made part of larger ones, without the flag `u`, are spelled out.
 */

const LAST = 0xffff;
const AT_ONCE = 0x1000;

/** A class of the characters up to U+FFFF that a pattern finds. Others of its kind are in no use today. */
function spelledOut(runs: RegExp): RegExp {
  let all = '';
  for (let start = 0; start <= LAST; start += AT_ONCE) {
    all += String.fromCharCode(...Array.from({ length: AT_ONCE }, (_, n) => start + n));
  }
  const ranges = (all.match(runs) ?? []).map((run) => `${escaped(run, 0)}-${escaped(run, -1)}`);
  return new RegExp(`[${ranges.join('')}]`);
}

function escaped(run: string, at: number): string {
  return `\\u${(run.at(at) ?? '').charCodeAt(0).toString(16).padStart(4, '0')}`;
}

// In this order: what is put before the pattern is about its first part.
export const Any = /[\0-\ud7ff\ue000-\uffff]|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/;
export const Cc = /[\0-\x1f\x7f-\x9f]/;
export const Z = /[ \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
export const P = spelledOut(/\p{P}+/gu);
export const S = /\p{S}/u;
