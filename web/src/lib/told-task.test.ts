import { expect, it } from 'vitest';
import type { Notification } from '../generated/contract';
import { routeOf } from './state/router.svelte';
import { taskPath, toldTask } from './told-task';

const told: Notification = {
  ...{ id: 'n1', type: 'task', message: '', roomId: 'room', createdAt: '', read: false },
  data: { taskId: 't1', title: 'Bring the cake' },
};

it('leads from a notification to the task that it tells of', () => {
  const place = toldTask(told);
  expect(place).toEqual({ roomId: 'room', taskId: 't1' });
  expect(place && routeOf(taskPath(place))).toEqual({ page: 'chat', ...place });
  expect(toldTask({ ...told, type: 'mention' })).toBeNull();
  expect(toldTask({ ...told, data: {} })).toBeNull();
});
