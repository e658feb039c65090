import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RoomSummary } from '../generated/contract';
import type { Conversation } from '../lib/state/conversation.svelte';
import SlowModeNote from './SlowModeNote.svelte';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('counts down as long as somebody has to wait, and rests before and after', () => {
  const conversation = { isHeld: false } as Conversation;
  const shown = (room: Partial<RoomSummary>) => {
    const props = { room: { slowModeSeconds: 5, ...room } as RoomSummary, conversation };
    const note = mount(SlowModeNote, { target: document.body, props });
    flushSync();
    return note;
  };
  const resting = shown({});
  expect([vi.getTimerCount(), conversation.isHeld]).toEqual([0, false]);
  void unmount(resting);
  const note = shown({ nextSendAt: new Date(Date.now() + 2000).toISOString() });
  expect([vi.getTimerCount(), conversation.isHeld]).toEqual([1, true]);
  vi.advanceTimersByTime(2500);
  flushSync();
  expect([vi.getTimerCount(), conversation.isHeld]).toEqual([0, false]);
  void unmount(note);
});
