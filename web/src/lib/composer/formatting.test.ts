import { describe, expect, it } from 'vitest';
import { continueList, format, formatOf, type Format } from './formatting';

/** Applies a format to the stretch between the bars; shows where the selection is then. */
function formatted(marked: string, how: Format): string {
  const [before = '', selected = '', after = ''] = marked.split('|');
  const text = before + selected + after;
  const edit = format(text, before.length, before.length + selected.length, how);
  return show(text.slice(0, edit.start) + edit.text + text.slice(edit.end), edit.select);
}

function show(text: string, [from, to]: [number, number]): string {
  return `${text.slice(0, from)}|${text.slice(from, to)}|${text.slice(to)}`;
}

describe('formatting', () => {
  it.each<[Format, string, string]>([
    ['bold', 'a |b| c', 'a **|b|** c'],
    ['bold', 'a **|b|** c', 'a |b| c'],
    ['bold', 'a|| c', 'a**||** c'],
    ['bold', 'a| b |c', 'a **|b|** c'],
    ['italic', '**|b|**', '***|b|***'],
    ['italic', '*|b|*', '|b|'],
    ['strike', '|b|', '~~|b|~~'],
    ['code', '|b|', '`|b|`'],
    ['codeBlock', 'a |b|', 'a \n```\n|b|\n```'],
    ['quote', 'a\n|b\nc|', 'a\n> b\n> c||'],
    ['quote', '|> b|', 'b||'],
    ['link', '|word|', '[word](||)'],
    ['link', '|https://a.b|', '[||](https://a.b)'],
  ])('%s turns %j into %j', (how, before, after) => {
    expect(formatted(before, how)).toBe(after);
  });

  it('knows its keys on a Korean keyboard, too', () => {
    const press = (init: KeyboardEventInit) => formatOf(new KeyboardEvent('keydown', init));
    expect(press({ ctrlKey: true, key: 'b', code: 'KeyB' })).toBe('bold');
    expect(press({ metaKey: true, key: 'ㅠ', code: 'KeyB' })).toBe('bold');
    expect(press({ ctrlKey: true, shiftKey: true, key: 'C', code: 'KeyC' })).toBe('codeBlock');
    expect(press({ key: 'b', code: 'KeyB' })).toBeNull();
    expect(press({ ctrlKey: true, key: 'c', code: 'KeyC' })).toBeNull();
  });
});

describe('a list', () => {
  it.each([
    ['- one', '- one\n- '],
    ['  * one', '  * one\n  * '],
    ['- [x] done', '- [x] done\n- [ ] '],
    ['9. nine', '9. nine\n10. '],
    ['> quote', '> quote\n> '],
    ['- one\n- ', '- one\n\n'],
  ])('goes on after %j as %j', (text, after) => {
    const edit = continueList(text, text.length);
    expect(edit && text.slice(0, edit.start) + edit.text + text.slice(edit.end)).toBe(after);
  });

  it('does not begin by itself', () => {
    expect(continueList('plain', 5)).toBeNull();
    expect(continueList('-5 degrees', 10)).toBeNull();
  });
});
