import { describe, expect, it } from 'vitest';
import { isEmojiOnly, renderMarkdown } from './markdown';

function rendered(content: string, mentions: string[] = []): HTMLElement {
  const box = document.createElement('div');
  box.innerHTML = renderMarkdown(content, mentions);
  return box;
}

describe('Markdown', () => {
  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '<a href="javascript:alert(1)">x</a>',
    '![x](https://example.com/pixel.png)',
    '<javascript:alert(1)>',
    '[x](vbscript:msgbox)',
    '<svg/onload=alert(1)>',
    '```"><script>alert(1)</script>\ncode\n```',
    '[x](https://example.com "a\\" onmouseover=\\"alert(1)")',
  ])('keeps %j harmless', (attack) => {
    const box = rendered(attack);
    expect(box.querySelector('script, img, svg, iframe, style, object, form')).toBeNull();
    for (const element of box.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|style/);
        if (name === 'href') expect(value).toMatch(/^(https?:|mailto:)/);
      }
    }
  });

  it('opens links elsewhere, without a way back', () => {
    const link = rendered('https://example.com/a').querySelector('a');
    expect(link?.getAttribute('href')).toBe('https://example.com/a');
    expect(link?.getAttribute('rel')).toBe('noopener noreferrer');
    expect(link?.getAttribute('target')).toBe('_blank');
  });

  it('follows links to this server in place', () => {
    const link = rendered(`${location.origin}/rooms/r/3`).querySelector('a');
    expect(link?.getAttribute('target')).toBeNull();
  });

  it('leaves names of files and entities as they were typed', () => {
    expect(rendered('notes.md &copy;').textContent).toBe('notes.md &copy;\n');
    expect(rendered('notes.md').querySelector('a')).toBeNull();
  });

  it('breaks lines where they were broken', () => {
    expect(rendered('one\ntwo').querySelectorAll('br')).toHaveLength(1);
  });

  it('marks mentions, the longest name first, and lets particles follow', () => {
    const marks = rendered('@minah와 @mina님, mail@minas `@mina`', ['mina', 'minah']);
    expect([...marks.querySelectorAll('.mention')].map((mark) => mark.textContent)).toEqual([
      '@minah',
      '@mina',
    ]);
  });

  it('shows a text the same the second time', () => {
    expect(renderMarkdown('**a**')).toBe(renderMarkdown('**a**'));
  });
});

it('knows messages of nothing but emoji', () => {
  expect(isEmojiOnly('👏👏')).toBe(true);
  expect(isEmojiOnly('👩‍💻 🇰🇷')).toBe(true);
  expect(isEmojiOnly('ok 👍')).toBe(false);
  expect(isEmojiOnly('123')).toBe(false);
  expect(isEmojiOnly(' ')).toBe(false);
});
