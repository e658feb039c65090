import type { Message } from '../../generated/contract';
import { NO_REFERENCES, type References } from '../text/markdown-references';
import type { Chat } from './chat.svelte';

const GROUP = /@(?:here|room)/i;

/** Whom and what a message names, as far as its reader may know. Reactive. */
export function referencesOf({ me, people, rooms }: Chat, message: Message): References {
  const { content, mentions, rev, user } = message;
  if (!/[@#]|\/rooms\//.test(content)) return NO_REFERENCES;
  // Before the server has said so, what seems to be meant.
  const isStored = rev > 0;
  const namesGroup = isStored ? message.mentionsGroup !== undefined : GROUP.test(content);
  return {
    me: me.id,
    people: isStored ? people.named(mentions) : people.namedIn(content),
    rooms: content.includes('#') ? rooms.namedIn(content) : [],
    linked: content.includes('/rooms/') ? rooms.linkedIn(content) : [],
    ...(namesGroup ? { group: user.id === me.id ? ('others' as const) : ('me' as const) } : {}),
  };
}
