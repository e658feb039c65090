import { describe, expect, it } from 'vitest';
import { GrowingText, nextLength } from './growing-text';
import { renderMarkdown, renderPart } from './markdown';
import { settledLength } from './settled-length';
import { NO_REFERENCES } from './markdown-references';

const LONG = `# Trees

A *tree* is a graph without circles. 나무는 순환이 없는 그래프예요.

- it has a root
- and leaves

  with more than one paragraph

\`\`\`rust
fn depth(node: &Node) -> usize {

    1 + node.children.iter().map(depth).max().unwrap_or(0)
}
\`\`\`

| name | depth |
| ---- | ----- |
| oak  | 12    |

> Quoted, and
lazily continued
#not a heading

1. one
2. two
`;

const plain = (html: string) => html.replace(/\n/g, '');

function chunksOf(text: string, size: number): string[] {
  const count = Math.ceil(text.length / size);
  return Array.from({ length: count }, (_, index) => text.slice(0, (index + 1) * size));
}

const following = () => new GrowingText((part) => renderPart(part, NO_REFERENCES), settledLength);

describe('a text that grows', () => {
  it.each([3, 7, 40])('ends as it would be rendered at once, in steps of %i', (size) => {
    const text = following();
    let blocks: readonly { html: string }[] = [];
    for (const content of chunksOf(LONG, size)) blocks = text.follow(content);
    expect(plain(blocks.map(({ html }) => html).join(''))).toBe(plain(renderMarkdown(LONG)));
  });

  it('keeps what is settled, so that the page does not lay it out anew', () => {
    const text = following();
    const [first] = text.follow('one\n\ntwo\n');
    const later = text.follow('one\n\ntwo\n\nthree');
    expect(later[0]).toBe(first);
    expect(later.length).toBe(2);
  });

  it('begins again when the text becomes another', () => {
    const text = following();
    text.follow('one\n\ntwo\n\nthree');
    expect(text.follow('other').map(({ html }) => plain(html))).toEqual(['<p>other</p>']);
  });

  it('renders 2,000 chunks of a long text with the work of a few', () => {
    const paragraph = 'Some words of a paragraph that is neither short nor long.\n\n';
    const whole = paragraph.repeat(280);
    let rendered = 0;
    const text = new GrowingText((part) => {
      rendered += part.length;
      return part;
    }, settledLength);
    const steps = chunksOf(whole, 8);
    for (const content of steps) text.follow(content);
    expect(steps.length).toBeGreaterThan(2000);
    // Rendering everything at each chunk would be more than 16 million characters.
    expect(rendered).toBeLessThan(whole.length * 20);
  });

  it('is typed in steps that flow, catch up, and cut no character', () => {
    expect(nextLength('abcdef', 0)).toBe(2);
    expect(nextLength('a'.repeat(800), 0)).toBe(100);
    expect(nextLength('ab', 1)).toBe(2);
    expect(nextLength('a🌳b', 0)).toBe(3);
  });
});
