import { expect, it } from 'vitest';
import { linkSecret } from '../link-secret';
import { roomPath, routeOf } from './router.svelte';

it('knows its pages', () => {
  expect(routeOf('/')).toEqual({ page: 'chat' });
  expect(routeOf('/rooms/abc')).toEqual({ page: 'chat', roomId: 'abc' });
  expect(routeOf(roomPath('abc', 12))).toEqual({ page: 'chat', roomId: 'abc', seq: 12 });
  expect(routeOf('/rooms/abc/tasks/t1')).toEqual({ page: 'chat', roomId: 'abc', taskId: 't1' });
  expect(routeOf('/setup/')).toEqual({ page: 'setup' });
});

it('refuses what is no page', () => {
  for (const path of [
    '/rooms',
    '/rooms/abc/0',
    '/rooms/abc/x',
    '/rooms/a/1/2',
    '/rooms/abc/tasks',
    '/rooms/abc/tasks/t1/2',
    '/setup/x',
    '/nope',
  ]) {
    expect(routeOf(path)).toEqual({ page: 'unknown' });
  }
});

it('finds the secret of a printed link', () => {
  expect(linkSecret({ hash: '#s3cret', search: '' })).toBe('s3cret');
  expect(linkSecret({ hash: '#token=s3cret', search: '' })).toBe('s3cret');
  expect(linkSecret({ hash: '', search: '?token=s3cret' })).toBe('s3cret');
  expect(linkSecret({ hash: '', search: '' })).toBe('');
});
