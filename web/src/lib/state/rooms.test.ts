import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RoomSummary } from '../../generated/contract';
import { Rooms } from './rooms.svelte';

const NOW = Date.UTC(2026, 0, 1, 12);
const later = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

const slow = (slowModeSeconds: number, nextSendAt?: string) =>
  ({ id: 'room', slowModeSeconds, nextSendAt }) as RoomSummary;

it('has nobody wait longer than the room does, however wrong the clock is', () => {
  const rooms = new Rooms('ana');
  rooms.put(slow(5, later(3)));
  expect(rooms.find('room')?.nextSendAt).toBe(later(3));
  rooms.put(slow(5, later(305)));
  expect(rooms.find('room')?.nextSendAt).toBe(later(5));
});

it('has nobody wait longer when the pause becomes shorter', () => {
  const rooms = new Rooms('ana');
  rooms.put(slow(60, later(50)));
  rooms.update(slow(5));
  expect(rooms.find('room')?.nextSendAt).toBe(later(5));
  rooms.update(slow(0));
  expect(rooms.find('room')?.nextSendAt).toBeUndefined();
});
