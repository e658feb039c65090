import type { Task, TaskStatus, UpdateTask } from '../../generated/contract';
import type { Chat } from './chat.svelte';
import { PagedList } from './paged-list.svelte';
import { toasts } from './toasts.svelte';

const PAGE = 50;
/** What was just done stays in sight this long among the open ones, so that it can be taken back. */
const LINGER_MS = 4000;

export type TaskFilter = 'open' | 'done' | 'all';

/** What a task that is being made begins with. */
export interface TaskDraft {
  title: string;
  messageId?: string;
}

/** The tasks of one room, or those of the user in all rooms: loaded when they look, followed from then on. */
export class Tasks {
  readonly list: PagedList<Task>;
  readonly roomId: string | undefined;
  filter = $state<TaskFilter>('open');
  draft = $state.raw<TaskDraft | null>(null);
  readonly #chat: Chat;
  readonly #lingering = new Set<string>();
  /** The newest of each that was heard of: an answer and an event may overtake each other. */
  readonly #newest = new Map<string, Task>();
  /** What was chosen and is not answered yet: answers to what was chosen before do not undo it. */
  readonly #chosen = new Map<string, { status: TaskStatus }>();

  /** Without `roomId`, those of the user. */
  constructor(chat: Chat, roomId: string | undefined) {
    this.#chat = chat;
    this.roomId = roomId;
    this.list = new PagedList(
      (cursor) => this.#ask(cursor),
      ({ id }) => id,
    );
    chat.connection.follow({
      // What was missed is not told again: whoever comes back asks.
      ready: () => queueMicrotask(() => void this.list.load()),
      'task:updated': ({ task }) => this.hear(task),
      'task:deleted': ({ taskId }) => this.#drop(taskId),
      'room:deleted': (room) => this.#leave(room.roomId),
      'room:removed': (room) => this.#leave(room.roomId),
    });
  }

  async show(filter: TaskFilter): Promise<void> {
    this.filter = filter;
    this.#lingering.clear();
    await this.list.restart();
  }

  /** Shows a task, whatever is filtered. Null when there is none, undefined when that is not known. */
  async bring(taskId: string): Promise<Task | null | undefined> {
    const { list } = this;
    for (;;) {
      const task = list.items.find(({ id }) => id === taskId);
      if (task) return task;
      if (list.status === 'failed' || list.hasMoreFailed) return undefined;
      if (list.status === 'loading') await list.load();
      else if (list.hasMore) await list.more();
      else if (this.filter === 'all') return null;
      else await this.show('all');
    }
  }

  /** A task was made or changed, by whomever. */
  hear(task: Task): void {
    if (this.roomId && task.roomId !== this.roomId) return;
    if (task.rev < (this.#newest.get(task.id)?.rev ?? 0)) return;
    this.#newest.set(task.id, task);
    this.#put({ ...task, ...this.#chosen.get(task.id) });
  }

  #put(task: Task): void {
    const known = this.list.items.find(({ id }) => id === task.id);
    const isJustDone = task.status === 'done' && known !== undefined && known.status !== 'done';
    if (isJustDone && this.filter === 'open') this.#linger(task.id);
    this.list.apply((items) => {
      const others = items.filter(({ id }) => id !== task.id);
      if (!this.#shows(task)) return others;
      const place = items.findIndex(({ id }) => id === task.id);
      // What lingers stays where it was.
      if (this.#lingering.has(task.id) && place >= 0) return items.with(place, task);
      return inOrder([...others, task]);
    });
  }

  async create(made: TaskDraft & { assigneeId?: string; dueAt?: string }): Promise<boolean> {
    const { roomId } = this;
    if (!roomId) return false;
    return toasts.attempt(async () => {
      const { task } = await this.#chat.connection.request('task:create', { roomId, ...made });
      this.hear(task);
    });
  }

  async update(task: Task, changes: Omit<UpdateTask, 'taskId'>): Promise<boolean> {
    return toasts.attempt(async () => {
      const answer = await this.#chat.connection.request('task:update', {
        ...{ taskId: task.id, ...changes },
      });
      this.hear(answer.task);
    });
  }

  /** Shown at once. */
  async setStatus(task: Task, status: TaskStatus): Promise<void> {
    const chosen = { status };
    this.#chosen.set(task.id, chosen);
    this.#put({ ...task, status });
    await this.update(task, { status });
    if (this.#chosen.get(task.id) !== chosen) return;
    this.#chosen.delete(task.id);
    const heard = this.#newest.get(task.id);
    this.#put(heard && heard.rev >= task.rev ? heard : task);
  }

  /** Rejects with a `RequestFailure`. */
  async delete({ id: taskId }: Task): Promise<void> {
    await this.#chat.connection.request('task:delete', { taskId });
    this.#drop(taskId);
  }

  #shows(task: Task): boolean {
    if (!this.roomId && task.assigneeId !== this.#chat.me.id) return false;
    if (this.filter === 'all' || this.#lingering.has(task.id)) return true;
    return (task.status === 'done') === (this.filter === 'done');
  }

  #linger(taskId: string): void {
    this.#lingering.add(taskId);
    setTimeout(() => {
      if (!this.#lingering.delete(taskId)) return;
      this.list.apply((items) => items.filter((task) => task.id !== taskId || this.#shows(task)));
    }, LINGER_MS);
  }

  #drop(taskId: string): void {
    this.#chosen.delete(taskId);
    this.list.apply((items) => items.filter(({ id }) => id !== taskId));
  }

  #leave(roomId: string): void {
    const gone = this.list.items.filter((task) => task.roomId === roomId);
    for (const { id } of gone) this.#drop(id);
  }

  async #ask(cursor?: string) {
    const { tasks, cursor: next } = await this.#chat.connection.request('task:list', {
      ...(this.roomId ? { roomId: this.roomId } : { assigneeId: this.#chat.me.id }),
      ...(this.filter === 'done' ? { status: 'done' as const } : {}),
      ...(cursor ? { cursor } : {}),
      limit: PAGE,
    });
    const items = tasks.filter((task) => this.#shows(task));
    // What is done comes last: with the first of it there is nothing open any more.
    return { items, cursor: items.length < tasks.length ? undefined : next };
  }
}

/** As the server lists them: what is done last, the soonest first, what has no date behind. */
export function inOrder(tasks: readonly Task[]): Task[] {
  const rank = ({ status, dueAt }: Task) => `${status === 'done' ? 1 : 0}${dueAt ?? '9'}`;
  const order = (a: Task, b: Task) => {
    const [one, other] = [rank(a) + a.createdAt, rank(b) + b.createdAt];
    return one < other ? -1 : one > other ? 1 : 0;
  };
  return [...tasks].sort(order);
}

const all = new WeakMap<Chat, Map<string, Tasks>>();

/** The tasks of a room, or without one those of whoever is logged in. */
export function tasksOf(chat: Chat, roomId?: string): Tasks {
  const known = all.get(chat) ?? new Map<string, Tasks>();
  all.set(chat, known);
  const tasks = known.get(roomId ?? '') ?? new Tasks(chat, roomId);
  known.set(roomId ?? '', tasks);
  return tasks;
}
