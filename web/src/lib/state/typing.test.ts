import { expect, it, vi } from 'vitest';
import { ana, ben, ScriptedWire } from '../testing';
import { Typing } from './typing.svelte';

it('tells who writes in a room apart from who writes in its threads', () => {
  const typing = new Typing(new ScriptedWire({}));
  typing.started({ roomId: 'room', user: ana });
  typing.started({ roomId: 'room', threadRoot: 'm1', user: ben });
  expect(typing.in('room')).toEqual(['ana']);
  expect(typing.in('room/m1')).toEqual(['ben']);
  typing.stopped({ roomId: 'room', userId: 'ben' });
  expect(typing.in('room/m1')).toEqual(['ben']);
  typing.stopped({ roomId: 'room', threadRoot: 'm1', userId: 'ben' });
  expect([typing.in('room/m1'), typing.in('room')]).toEqual([[], ['ana']]);
  typing.clear();
});

it('ends a start by itself, and repeats its own only now and then', () => {
  vi.useFakeTimers();
  const wire = new ScriptedWire({ 'typing:start': () => ({}), 'typing:stop': () => ({}) });
  const typing = new Typing(wire);
  typing.started({ roomId: 'room', threadRoot: 'm1', user: ben });
  vi.advanceTimersByTime(6000);
  expect(typing.in('room/m1')).toEqual([]);

  const thread = { roomId: 'room', threadRoot: 'm1' };
  typing.tell(thread);
  typing.tell(thread);
  typing.tellStopped({ roomId: 'room' });
  typing.tellStopped(thread);
  typing.tellStopped(thread);
  expect(wire.asked.map(({ command, payload }) => [command, payload])).toEqual([
    ['typing:start', thread],
    ['typing:stop', thread],
  ]);
  vi.useRealTimers();
});
