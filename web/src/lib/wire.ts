import type { Commands, ServerEvents } from '../generated/contract';

/** What the stores need of a connection: to ask, and to know whether asking makes sense. */
export interface Wire {
  readonly isOpen: boolean;
  /** Throws a `RequestFailure`. Waits `timeoutMs` for the acknowledgement, 10 s by default. */
  request<K extends keyof Commands>(
    command: K,
    payload: Commands[K]['payload'],
    timeoutMs?: number,
  ): Promise<Commands[K]['ack']>;
}

/** One function for every event that the server tells. */
export type Feed = { [K in keyof ServerEvents]: (payload: ServerEvents[K]) => void };
