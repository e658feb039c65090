import { expect, it } from 'vitest';
import type { Message } from '../../generated/contract';
import { RequestFailure } from '../failure';
import { ben, FollowedWire, message } from '../testing';
import type { Chat } from './chat.svelte';
import { LinkedMessages } from './linked-messages.svelte';
import { People } from './people.svelte';

const place = { roomId: 'room', seq: 7 };

function linkedOver(answer: () => Message[] | Promise<Message[]>) {
  const wire = new FollowedWire({ 'messages:history': async () => ({ messages: await answer() }) });
  const chat = { me: ben, connection: wire, people: new People(), timelines: new Map() };
  const linked = new LinkedMessages(chat as unknown as Chat);
  const text = () => linked.at(place)?.content;
  return { wire, linked, text };
}

const deletion = { roomId: 'room', messageId: 'm7', seq: 7, rev: 9, userId: 'ana' };

it('asks once for each message, and follows it from then on', async () => {
  const { wire, linked, text } = linkedOver(() => [message(7)]);
  expect(linked.at(place)).toBeUndefined();
  await Promise.all([linked.lookUp(place), linked.lookUp(place)]);
  expect(wire.asked).toHaveLength(1);
  expect(text()).toBe('message 7');
  wire.tell('message:updated', { message: message(7, { rev: 8, content: 'better' }) });
  wire.tell('message:updated', { message: message(7, { rev: 7, content: 'late' }) });
  wire.tell('message:updated', { message: message(8, { rev: 9, content: 'another' }) });
  expect(text()).toBe('better');
  wire.tell('message:deleted', deletion);
  expect(linked.at(place)).toMatchObject({ deleted: true, content: '' });
});

it('shows nothing of what is not there, or is not to be seen', async () => {
  const { linked } = linkedOver(() => [message(8)]);
  await linked.lookUp(place);
  expect(linked.at(place)).toBeNull();
  const refused = linkedOver(() => {
    throw new RequestFailure('not_found', 'no such room');
  });
  await refused.linked.lookUp(place);
  expect(refused.linked.at(place)).toBeNull();
});

it('does not bring back what was deleted while it was asked for', async () => {
  let answer: (messages: Message[]) => void = () => undefined;
  const { wire, linked } = linkedOver(() => new Promise((resolve) => (answer = resolve)));
  const asked = linked.lookUp(place);
  wire.tell('message:deleted', deletion);
  await Promise.resolve();
  answer([message(7)]);
  await asked;
  expect(linked.at(place)).toBeNull();
});

it('asks anew with the next connection, and after a failure', async () => {
  const answers = [
    () => {
      throw RequestFailure.offline();
    },
    () => [message(7)],
    () => [message(7, { rev: 9, content: 'changed meanwhile' })],
  ];
  const { wire, linked, text } = linkedOver(() => answers.shift()?.() ?? []);
  await linked.lookUp(place);
  expect(linked.at(place)).toBeUndefined();
  await linked.lookUp(place);
  expect(text()).toBe('message 7');
  wire.tell('ready', {} as never);
  await linked.lookUp(place);
  expect(text()).toBe('changed meanwhile');
});

it('forgets a room that is left', async () => {
  const { wire, linked } = linkedOver(() => [message(7)]);
  await linked.lookUp(place);
  wire.tell('member:left', { roomId: 'room', userId: 'ana' });
  expect(linked.at(place)).toBeDefined();
  wire.tell('member:left', { roomId: 'room', userId: ben.id });
  expect(linked.at(place)).toBeUndefined();
  await linked.lookUp(place);
  expect(wire.asked).toHaveLength(2);
});
