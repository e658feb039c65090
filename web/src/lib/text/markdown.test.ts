import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { TeamEmoji } from '../../generated/contract';
import { team } from '../emoji/team.svelte';
import { followLanguage } from '../i18n/catalogue.svelte';
import type { Chat } from '../state/chat.svelte';
import { preferences } from '../state/preferences.svelte';
import { highlighting } from './highlighting';
import { shortcodes } from './shortcodes';
import english from 'emoji-picker-element-data/en/emojibase/data.json';
import { emojiSize, renderMarkdown } from './markdown';
import { NO_REFERENCES, type References } from './markdown-references';

function rendered(content: string, references: Partial<References> = {}): HTMLElement {
  const box = document.createElement('div');
  box.innerHTML = renderMarkdown(content, { ...NO_REFERENCES, ...references });
  return box;
}

const named = (...names: string[]) => names.map((name) => ({ name, id: `id${name.length}` }));
const chips = (box: HTMLElement) =>
  [...box.querySelectorAll('.mention')].map((chip) => chip.textContent);

beforeAll(async () => {
  preferences.change({ language: 'en' });
  await followLanguage();
});

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
        if (name === 'data-user') expect(value).toBe('');
      }
    }
  });

  it('opens links elsewhere, without a way back', () => {
    const link = rendered('https://example.com/a').querySelector('a');
    expect(link?.getAttribute('href')).toBe('https://example.com/a');
    expect(link?.getAttribute('rel')).toBe('noopener noreferrer');
    expect(link?.getAttribute('target')).toBe('_blank');
  });

  it.each([
    ['www.naver.com', 'https://www.naver.com'],
    ['(see www.example.com/a?b=1).', 'https://www.example.com/a?b=1'],
    ['www.naver.com에서', 'https://www.naver.com'],
    ['https://naver.com에서 봐요', 'https://naver.com'],
    ['https://a.example.com:8080은', 'https://a.example.com:8080'],
    ['https://한글.한국', 'https://xn--bj0bj06e.xn--3e0b707e'],
  ])('makes a link of %s', (content, href) => {
    expect(rendered(content).querySelector('a')?.getAttribute('href')).toBe(href);
  });

  it.each(['naver.com', 'www.', 'awww.b.c', '`www.a.com`'])('makes no link of %s', (content) => {
    expect(rendered(content).querySelector('a')).toBeNull();
  });

  it.each([
    ['kim@example.com으로 보내 주세요', 'kim@example.com'],
    ['Write to kim.min-su+maru@mail.example.co.kr.', 'kim.min-su+maru@mail.example.co.kr'],
    ['(kim@example.com)', 'kim@example.com'],
    ['김민수(kim@example.com)에게', 'kim@example.com'],
    ['mailto:kim@example.com에게', 'kim@example.com'],
    ['**kim@example.com**', 'kim@example.com'],
  ])('makes a link for mail of %s', (content, address) => {
    const link = rendered(content, { people: named('example.com') }).querySelector('a');
    expect(link?.getAttribute('href')).toBe(`mailto:${address}`);
    expect(link?.textContent.replace('mailto:', '')).toBe(address);
    expect(link?.target).toBe('');
  });

  it.each([
    'kim@example',
    '@kim@example.com',
    'a@b.com@c.com',
    '`kim@example.com`',
    'kim@example.c',
    'kim@-example.com',
  ])('makes no link for mail of %s', (content) => {
    expect(rendered(content).querySelector('a')).toBeNull();
  });

  it('leaves what a link is called as it is', () => {
    const links = rendered('[ask kim@example.com](https://example.com)').querySelectorAll('a');
    expect([...links].map(({ textContent }) => textContent)).toEqual(['ask kim@example.com']);
  });

  it('shows hosts of other scripts as they are asked for', () => {
    const link = rendered('https://аррle.com/a').querySelector('a');
    expect(link?.getAttribute('href')).toBe('https://xn--le-6kc8da.com/a');
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
    const people = named('mina', 'minah');
    const box = rendered('@minah와 @mina님, mail@minas `@mina` [@mina](https://a.b)', { people });
    expect(chips(box)).toEqual(['@minah', '@mina']);
    expect(box.querySelector('.mention')?.getAttribute('data-user')).toBe('id5');
  });

  it('marks who is mentioned as they are called, blanks and all', () => {
    const jane = [
      { name: 'jdoe', id: 'id1', shown: 'Jane Doe' },
      { name: 'Jane Doe', id: 'id1', shown: 'Jane Doe' },
      { name: '박준호', id: 'id2', shown: '박준호' },
    ];
    const box = rendered('@Jane Doe님, @jdoe and @박준호가, not @Jane Doerr', { people: jane });
    expect(chips(box)).toEqual(['@Jane Doe', '@Jane Doe', '@박준호']);
    expect(box.querySelectorAll('[data-user="id1"]')).toHaveLength(2);
  });

  it('shows the reader where they are meant', () => {
    const people = [{ name: 'mina', id: 'id4', shown: '<김미나>' }];
    const shown = rendered('@Mina님', { people });
    expect(chips(shown)).toEqual(['@<김미나>']);
    expect(shown.querySelector('.mention')?.getAttribute('title')).toBe('@Mina');
    const box = rendered('@mina and @joon', { people: named('mina', 'joon'), me: 'id4' });
    expect(box.querySelector('.me')?.textContent).toBe('@mina');
  });

  it.each([
    'dev-ops',
    'v1.2',
    'a_b',
    'c++',
    '(old)',
    '[x]',
    'a/b',
    'a\\b',
    '$5',
    '^up',
    'what?',
    'a|b',
    '{k}',
    '*',
    '🎉 party',
  ])('takes the name %s as it is written', (name) => {
    const box = rendered(`see #${name}, and \`@${name}\``, {
      rooms: named(name),
      people: named(name),
    });
    expect(chips(box)).toEqual([`#${name}`]);
  });

  it('finds people whose names have hyphens and dots', () => {
    expect(chips(rendered('@kim-mina와 @j.lee', { people: named('kim-mina', 'j.lee') }))).toEqual([
      '@kim-mina',
      '@j.lee',
    ]);
  });

  it('links rooms by their names, which may hold blanks', () => {
    const rooms = named('design', 'design review', '점심');
    const box = rendered('#design review, #Design, #designer, #점심에서, a#design', { rooms });
    expect(chips(box)).toEqual(['#design review', '#Design', '#점심']);
    expect(box.querySelector('a')?.getAttribute('href')).toBe('/rooms/id13');
  });

  it.each([
    ['**마루(Maru)**는', '마루(Maru)'],
    ['**"강조"**를', '"강조"'],
    ['이것은**중요**해요', '중요'],
  ])('emphasises in %s what Korean means to', (content, emphasised) => {
    expect(rendered(content).querySelector('strong')?.textContent).toBe(emphasised);
  });

  it('counts lists on from where they begin', () => {
    expect(rendered('3. third').querySelector('ol')?.getAttribute('start')).toBe('3');
  });

  it('leaves underscores within words', () => {
    expect(rendered('file_name_here').querySelector('em')).toBeNull();
  });

  it('shows boxes of tasks, and says which are done', () => {
    const boxes = rendered('- [ ] open\n- [x] done\n- [y] neither').querySelectorAll('.box');
    expect([...boxes].map((box) => box.getAttribute('aria-label'))).toEqual(['Not done', 'Done']);
  });

  it('puts tables where they may be scrolled', () => {
    const table = rendered('|a|b|\n|-|-|\n|1|2|').querySelector('.table');
    expect(table?.getAttribute('tabindex')).toBe('0');
    expect(table?.querySelectorAll('td')).toHaveLength(2);
  });

  it('colours code once it can, names its language, and keeps its text', async () => {
    const code = '```ts\nconst a = "<b>";\n```';
    expect(rendered(code).querySelector('.bar span')?.textContent).toBe('ts');
    await highlighting.load();
    const box = rendered(code);
    expect(box.querySelector('.bar span')?.textContent).toBe('TypeScript');
    expect(box.querySelector('.hljs-keyword')?.textContent).toBe('const');
    expect(box.querySelector('code')?.textContent).toBe('const a = "<b>";');
    expect(box.querySelector('b')).toBeNull();
    expect(rendered('```nonsense\n<b>\n```').querySelector('code')?.textContent).toBe('<b>');
  });

  it('draws the emoji that bots and pasted texts name, and none in code', async () => {
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify(english)));
    const text = 'done :tada: :Rocket:, `:tada:` at 12:30:45, a:tada:b and :no_such_thing:';
    expect(rendered(text).textContent?.trim()).toBe(text.replaceAll('`', ''));
    await shortcodes.load();
    vi.unstubAllGlobals();
    expect(shortcodes.current).not.toBeNull();
    expect(rendered(text).textContent?.trim()).toBe(
      'done 🎉 🚀, :tada: at 12:30:45, a:tada:b and :no_such_thing:',
    );
    expect(rendered('```\n:tada:\n```').querySelector('code')?.textContent).toBe(':tada:');
  });

  it('shows a text the same the second time', () => {
    expect(renderMarkdown('**a**')).toBe(renderMarkdown('**a**'));
  });
});

it.each([
  ['👏👏', 'huge'],
  ['👩‍💻 🇰🇷 👍🏽', 'huge'],
  ['🎉🎉🎉🎉', 'large'],
  ['🎉'.repeat(13), null],
  ['ok 👍', null],
  ['123', null],
  [' ', null],
])('shows %j %s', (content, size) => {
  expect(emojiSize(content)).toBe(size);
});

describe('addresses', () => {
  const href = (content: string) => rendered(content).querySelector('a')?.getAttribute('href');

  it.each([
    ['https://example.com/a b', 'https://example.com/a'],
    [
      'https://example.com/한글?q=값#절',
      'https://example.com/%ED%95%9C%EA%B8%80?q=%EA%B0%92#%EC%A0%88',
    ],
    ['https://example.com/길。 다음', 'https://example.com/%EA%B8%B8'],
    ['（https://example.com/길）', 'https://example.com/%EA%B8%B8'],
    ['https://example.com/a.', 'https://example.com/a'],
    ['https://example.com/50%25/%ED%95', 'https://example.com/50%25/%ED%95'],
    ['[x](https://example.com/100%)', 'https://example.com/100%25'],
    [
      '[x](https://me:pass@example.com:8080/a?b=[c])',
      'https://me:pass@example.com:8080/a?b=%5Bc%5D',
    ],
    ['https://[2001:db8::1]:8080/a', 'https://[2001:db8::1]:8080/a'],
    ['[x](mailto:mina@example.com)', 'mailto:mina@example.com'],
    ['https://한글.example/길', 'https://xn--bj0bj06e.example/%EA%B8%B8'],
    ['[x](https://example.com/\ud800)', 'https://example.com/%EF%BF%BD'],
  ])('asks for %j as %j', (content, address) => {
    expect(href(content)).toBe(address);
  });

  it('shows an encoded address as it is read', () => {
    const link = rendered('https://example.com/%ED%95%9C%EA%B8%80/%2F%25').querySelector('a');
    expect(link?.textContent).toBe('https://example.com/한글/%2F%25');
  });
});

describe('links into rooms', () => {
  const { origin } = location;
  const linked = [{ name: '#design', id: 'ROOM1' }];

  it('are called by the room when they stand alone', () => {
    const box = rendered(`${origin}/rooms/ROOM1 ${origin}/rooms/ROOM1/12`, { linked });
    const links = [...box.querySelectorAll('a.mention')];
    expect(links.map((link) => link.textContent)).toEqual(['#design', 'Message in #design']);
    expect(links.map((link) => link.getAttribute('href'))).toEqual([
      '/rooms/ROOM1',
      '/rooms/ROOM1/12',
    ]);
    expect(links.some((link) => link.hasAttribute('target'))).toBe(false);
  });

  it.each([
    `${location.origin}/rooms/OTHER/12`,
    `${location.origin}/rooms/ROOM1/12/x`,
    `https://elsewhere.example/rooms/ROOM1/12`,
    `[my words](${location.origin}/rooms/ROOM1/12)`,
    `\`${location.origin}/rooms/ROOM1/12\``,
  ])('stay as they are otherwise: %s', (content) => {
    expect(rendered(content, { linked }).querySelector('.mention')).toBeNull();
  });
});

describe('emoji of the team’s own', () => {
  const chat = (emoji: TeamEmoji[], rev: number) =>
    ({ connection: { request: async () => ({ emoji, rev }) } }) as unknown as Chat;
  const named = (id: string, name: string): TeamEmoji => ({ id, name, userId: '01MINA' });
  const images = (content: string) =>
    [...rendered(content).querySelectorAll('img')].map((image) => image.getAttribute('alt'));

  beforeAll(async () => {
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify(english)));
    vi.stubGlobal('matchMedia', () => ({ matches: false }));
    await shortcodes.load();
    const all = [named('01A', 'party'), named('01B', '마루'), named('01C', 'tada')];
    await team.hear(chat(all, 3), { epoch: '01E', emojiRev: 3 });
  });

  it('are drawn where their names stand, Korean right behind them, and before standard ones', () => {
    expect(images('go :party::마루:처럼, **:tada:** `:party:` a:party:b 12:30:45 :none:')).toEqual([
      ...[':party:', ':마루:', ':tada:'],
    ]);
    expect(rendered(':마루: :rocket:').textContent?.trim()).toBe('🚀');
    const image = rendered(':party:').querySelector('img');
    expect(image?.getAttribute('src')).toBe('/api/v1/files/01A/emoji');
    expect(image?.className).toBe('own-emoji large');
    expect(rendered('ok :party:').querySelector('img')?.className).toBe('own-emoji');
    expect(images('```\n:party:\n```')).toEqual([]);
  });

  it('are the only images', () => {
    const attempts = [
      ...['<img src="/api/v1/files/01A/emoji">', '![a](/api/v1/files/01A/emoji)'],
      ...['![a](https://example.com/a.png)', '<img src=x onerror=alert(1)>', ':"><img src=x>:'],
    ];
    for (const attempt of attempts) expect(images(attempt), attempt).toEqual([]);
  });

  it('follow what is told, and are text again when they are gone', async () => {
    const before = renderMarkdown('see :party:');
    const emoji = named('01A', 'fest');
    await team.hear(chat([], 0), { emoji, rev: 4 });
    expect(renderMarkdown('see :party:')).not.toBe(before);
    expect(images('see :party: :fest:')).toEqual([':fest:']);
    await team.hear(chat([], 0), { emojiId: '01A', rev: 5 });
    expect(images('see :fest:')).toEqual([]);
    // One was missed: all are asked for.
    await team.hear(chat([named('01D', 'new')], 9), { emojiId: '01B', rev: 9 });
    expect(images(':new: :마루:')).toEqual([':new:']);
    // Another epoch, such as after a backup was restored, makes nothing of what was known.
    await team.hear(chat([named('01B', '마루')], 2), { epoch: '01F', emojiRev: 2 });
    expect(images(':new: :마루:')).toEqual([':마루:']);
  });
});
