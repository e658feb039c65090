import { expect, it } from 'vitest';
import { FollowedWire, message } from '../testing';
import type { Chat } from './chat.svelte';
import { refreshSavedMarks } from './saved-marks';
import { Timeline } from './timeline.svelte';

const room = { id: 'room', kind: 'public' as const, name: 'room' };
const kept = (seq: number) => ({ message: message(seq), room, savedAt: '' });

it('shows anew what is kept, with what is heard meanwhile', async () => {
  const messages = [
    message(1),
    message(2, { saved: true }),
    message(3),
    message(4, { saved: true }),
  ];
  const ask = async () => ({ messages, hasMore: false });
  const timeline = new Timeline('ana', ask, () => undefined);
  await timeline.open();
  const connection: FollowedWire = new FollowedWire({
    'messages:saved': ({ cursor }: { cursor?: string }) => {
      if (!cursor) return { messages: [kept(1), kept(2)], cursor: 'more' };
      connection.tell('message:saved', { messageId: 'm2', on: false });
      return { messages: [kept(3)] };
    },
  });
  const thread = new Timeline('ana', ask, () => undefined);
  await thread.open();
  await refreshSavedMarks({ connection, shown: [timeline, thread] } as unknown as Chat);
  for (const { messages: all } of [timeline, thread]) {
    expect(all.filter(({ saved }) => saved).map(({ id }) => id)).toEqual(['m1', 'm3']);
  }
});
