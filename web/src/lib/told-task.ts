import type { Notification } from '../generated/contract';
import { roomPath } from './state/router.svelte';

/** Where the task is that a notification tells of. */
export interface TaskPlace {
  roomId: string;
  taskId: string;
}

/** Null when it tells of something else. */
export function toldTask({ type, roomId, data }: Notification): TaskPlace | null {
  const taskId = data?.taskId;
  return type === 'task' && roomId && typeof taskId === 'string' ? { roomId, taskId } : null;
}

/** A task's address. */
export function taskPath({ roomId, taskId }: TaskPlace): string {
  return `${roomPath(roomId)}/tasks/${taskId}`;
}
