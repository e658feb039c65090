import type { Attachment } from '../../generated/contract';
import type { FailureCode } from '../failure';

/** A message on its way. Kept on disk until the server has it. */
export interface Outgoing {
  clientMessageId: string;
  userId: string;
  roomId: string;
  content: string;
  replyTo?: string;
  /** The thread that it goes into. */
  threadRoot?: string;
  /** Of a reply in a thread: it is shown in the room, too. */
  alsoInRoom?: boolean;
  /** What was uploaded for it. */
  files?: Attachment[];
  createdAt: string;
  /** Its place in the queue: a ULID, new when it is tried again. */
  order: string;
  state: 'pending' | 'sent' | 'failed';
  /** Its place in the room, once sent. */
  seq?: number;
  /** Why it failed. */
  failure?: FailureCode;
}

/** What a message is about, beside its text. */
export type Bearing = Pick<Outgoing, 'replyTo' | 'threadRoot' | 'alsoInRoom' | 'files'>;

/** Without what is absent. */
export function bearingOf({ replyTo, threadRoot, alsoInRoom, files }: Bearing): Bearing {
  return {
    ...(replyTo ? { replyTo } : {}),
    ...(threadRoot ? { threadRoot } : {}),
    ...(alsoInRoom ? { alsoInRoom } : {}),
    ...(files ? { files } : {}),
  };
}
