import { expect, it, vi } from 'vitest';
import { linkedPlaces } from '../text/linked-places';
import { renderMarkdown } from '../text/markdown';
import { roomPath, routeOf } from './router.svelte';

vi.mock('../base', () => ({
  BASE: '/chat/',
  HOME: 'https://example.com/chat/',
  API: '/chat/api/v1',
}));

it('knows its pages below the path of the server', () => {
  expect(routeOf('/chat')).toEqual({ page: 'chat' });
  expect(routeOf('/chat/')).toEqual({ page: 'chat' });
  expect(roomPath('abc', 12)).toBe('/chat/rooms/abc/12');
  expect(routeOf('/chat/rooms/abc/12')).toEqual({ page: 'chat', roomId: 'abc', seq: 12 });
});

it('leaves what lies beside the path to the browser', () => {
  for (const path of ['/', '/rooms/abc', '/chatter', '/other/rooms/abc']) {
    expect(routeOf(path)).toEqual({ page: 'unknown' });
  }
});

it('knows links to its own messages and rooms by the path', () => {
  const own = 'https://example.com/chat/rooms/01ab/12';
  const other = 'https://example.com/rooms/01ab/12';
  expect(linkedPlaces(`${own} ${other}`, 'https://example.com/chat/')).toEqual([
    { roomId: '01ab', seq: 12 },
  ]);
  const linked = [{ id: '01ab', name: 'General' }];
  const references = { people: [], rooms: [{ id: '01cd', name: 'design' }], linked };
  const html = String(renderMarkdown(`${own} and ${other} and #design`, references));
  const page = new DOMParser().parseFromString(html, 'text/html');
  const links = [...page.querySelectorAll('a')];
  expect(links.map((link) => [link.getAttribute('href'), link.target])).toEqual([
    ['/chat/rooms/01ab/12', ''],
    [other, '_blank'],
    ['/chat/rooms/01cd', ''],
  ]);
});
