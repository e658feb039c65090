import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ListTasks, Task } from '../../generated/contract';
import { RequestFailure } from '../failure';
import { ana, FollowedWire } from '../testing';
import type { Chat } from './chat.svelte';
import { inOrder, tasksOf } from './tasks.svelte';

const task = (id: string, changes: Partial<Task> = {}): Task => ({
  ...{ id, roomId: 'room', rev: 1, title: `task ${id}`, status: 'open', createdBy: 'ana' },
  ...{ createdAt: `2026-01-01T00:00:0${id}Z`, updatedAt: '2026-01-01T00:00:00Z' },
  ...changes,
});

function tasksOver(stored: Task[], roomId?: string, answers = {}) {
  const wire = new FollowedWire({
    'task:list': ({ status }: ListTasks) => ({
      tasks: inOrder(stored.filter((one) => !status || one.status === status)),
    }),
    ...answers,
  });
  const tasks = tasksOf({ connection: wire, me: { id: 'ana' } } as unknown as Chat, roomId);
  const shown = () => tasks.list.items.map(({ id, status }) => `${id} ${status}`);
  return { tasks, wire, shown };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the tasks of a room', () => {
  it('are listed by their date, those without one behind, and what is done last', async () => {
    const { tasks, shown } = tasksOver(
      [
        task('1'),
        task('2', { dueAt: '2026-02-02T00:00:00Z' }),
        task('3', { status: 'done', dueAt: '2026-01-01T00:00:00Z' }),
        task('4', { status: 'doing', dueAt: '2026-02-01T00:00:00Z' }),
      ],
      'room',
    );
    await tasks.list.load();
    expect(shown()).toEqual(['4 doing', '2 open', '1 open']);
    await tasks.show('all');
    expect(shown()).toEqual(['4 doing', '2 open', '1 open', '3 done']);
    await tasks.show('done');
    expect(shown()).toEqual(['3 done']);
  });

  it('follow what is made, changed and deleted there, and nowhere else', async () => {
    const { tasks, wire, shown } = tasksOver([task('1')], 'room');
    await tasks.list.load();
    const tell = (told: Task) => wire.tell('task:updated', { task: told, updatedBy: 'ben' });
    tell(task('2', { dueAt: '2026-02-02T00:00:00Z' }));
    tell(task('3', { roomId: 'other' }));
    expect(shown()).toEqual(['2 open', '1 open']);
    tell(task('1', { dueAt: '2026-02-01T00:00:00Z' }));
    expect(shown()).toEqual(['1 open', '2 open']);
    wire.tell('task:deleted', { roomId: 'room', taskId: '2' });
    expect(shown()).toEqual(['1 open']);
    // Of two changes that overtake each other the later one stands.
    tell(task('1', { rev: 3, status: 'doing' }));
    tell(task('1', { rev: 2 }));
    expect(shown()).toEqual(['1 doing']);
  });

  it('lead to one of them, on whatever page and behind whatever filter it is', async () => {
    const pages: Record<string, unknown> = {
      '': { tasks: [task('1')], cursor: 'more' },
      more: { tasks: [task('2'), task('3', { status: 'done' })] },
    };
    const { tasks, shown } = tasksOver([], 'room', {
      'task:list': ({ cursor = '' }: ListTasks) => pages[cursor],
    });
    expect(await tasks.bring('2')).toMatchObject({ id: '2' });
    expect([tasks.filter, shown()]).toEqual(['open', ['1 open', '2 open']]);
    expect(await tasks.bring('3')).toMatchObject({ id: '3' });
    expect(tasks.filter).toBe('all');
    expect(await tasks.bring('4')).toBeNull();
    const { tasks: unknown } = tasksOver([], 'room', {
      'task:list': () => Promise.reject(RequestFailure.offline()),
    });
    expect(await unknown.bring('1')).toBeUndefined();
  });

  it('keep what was just done in its place for a moment', async () => {
    const { tasks, shown } = tasksOver([task('1'), task('2')], 'room', {
      'task:update': () => ({ task: task('1', { status: 'done' }) }),
    });
    await tasks.list.load();
    await tasks.setStatus(task('1'), 'done');
    expect(shown()).toEqual(['1 done', '2 open']);
    vi.advanceTimersByTime(5000);
    expect(shown()).toEqual(['2 open']);
  });

  it('stay as they were chosen last, whatever was answered to what was chosen before', async () => {
    const answers: ((answer: { task: Task }) => void)[] = [];
    const { tasks, shown } = tasksOver([task('1')], 'room', {
      'task:update': () => new Promise((resolve) => answers.push(resolve)),
    });
    await tasks.list.load();
    const first = tasks.setStatus(task('1'), 'done');
    const second = tasks.setStatus(task('1'), 'open');
    answers[0]?.({ task: task('1', { rev: 2, status: 'done' }) });
    await first;
    expect(shown()).toEqual(['1 open']);
    answers[1]?.({ task: task('1', { rev: 3 }) });
    await second;
    expect(shown()).toEqual(['1 open']);
  });

  it('take back what the server refuses', async () => {
    const { tasks, shown } = tasksOver([task('1')], 'room', {
      'task:update': () => Promise.reject(RequestFailure.offline()),
    });
    await tasks.list.load();
    await tasks.setStatus(task('1'), 'done');
    expect(shown()).toEqual(['1 open']);
    vi.advanceTimersByTime(5000);
    expect(shown()).toEqual(['1 open']);
  });
});

it('my tasks are of all rooms, and gone with their room or when somebody else has them', async () => {
  const { tasks, wire, shown } = tasksOver([task('1', { assigneeId: 'ana' })]);
  await tasks.list.load();
  expect(wire.asked[0]?.payload).toMatchObject({ assigneeId: 'ana' });
  const tell = (told: Task) => wire.tell('task:updated', { task: told, updatedBy: 'ben' });
  tell(task('2', { assigneeId: 'ana', roomId: 'other' }));
  tell(task('3', { assigneeId: 'ben' }));
  expect(shown()).toEqual(['1 open', '2 open']);
  wire.tell('room:removed', { roomId: 'other', by: ana });
  expect(shown()).toEqual(['1 open']);
  tell(task('1', { assigneeId: 'ben' }));
  expect(shown()).toEqual([]);
});
