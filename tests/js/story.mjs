// The protocol's story through the official Socket.IO client, over every transport.
//
// Standard input: {"url", "people": [{"id", "username", "token"}, …]} with three different people.
// Standard output: one line of JSON. The exit status is 0 when the whole story passed.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Client } from './client.mjs';

const WHOLE_STORY_MS = 90_000;

const TRANSPORTS = [['websocket'], ['polling', 'websocket'], ['polling']];

const CHAPTERS = [
  refuseStrangers,
  createAndJoin,
  sendOnce,
  changeMessages,
  deleteMessage,
  readHistory,
  streamMessage,
  typeAndRead,
  keepOutsidersOut,
  returnAfterAbsence,
  kickMember,
];

async function refuseStrangers({ url, transports, people: [mina, joon] }) {
  const attempts = [{}, { token: 'forged' }, { token: mina.token, userId: joon.id }];
  for (const auth of attempts) {
    await assert.rejects(Client.connect(url, transports, auth), /^Error: unauthenticated: ./);
  }
}

async function createAndJoin(story) {
  const { mina, joon, people } = story;
  for (const [client, person] of [mina, joon].map((client, at) => [client, people[at]])) {
    assert.equal(client.ready.user.id, person.id);
    assert.equal(client.ready.user.username, person.username);
    assert.equal(client.ready.clientId, person.clientId);
    assert.ok(Array.isArray(client.ready.rooms));
  }
  const { room } = await mina.ok('room:create', {
    kind: 'public',
    name: `Story ${randomUUID().slice(0, 8)}`,
  });
  assert.equal(room.kind, 'public');
  story.roomId = room.id;

  const joined = await joon.ok('room:join', { roomId: room.id });
  assert.equal(joined.room.id, room.id);
  assert.deepEqual(joined.members.map(({ user }) => user.id).sort(), [people[0].id, people[1].id].sort());
  const told = await mina.hear('member:joined', ({ roomId }) => roomId === room.id);
  assert.equal(told.user.id, people[1].id);
}

async function sendOnce(story) {
  const { mina, joon, people, roomId } = story;
  const first = { roomId, content: '안녕하세요, first!', clientMessageId: randomUUID() };
  const sent = await mina.ok('message:send', first);
  assert.ok(sent.duplicate !== true);
  const again = await mina.ok('message:send', first);
  assert.equal(again.duplicate, true);
  assert.deepEqual([again.messageId, again.seq], [sent.messageId, sent.seq]);

  const second = { roomId, content: 'second', clientMessageId: randomUUID() };
  const next = await joon.ok('message:send', second);
  assert.equal(next.seq, sent.seq + 1);
  for (const client of [mina, joon]) {
    await client.hear('message:new', ({ message }) => message.id === next.messageId);
    const heard = client.all('message:new').map(({ message }) => message);
    const texts = heard.filter((message) => message.roomId === roomId && message.kind === 'text');
    assert.deepEqual(
      texts.map(({ id, seq, content, user }) => [id, seq, content, user.id]),
      [
        [sent.messageId, sent.seq, first.content, people[0].id],
        [next.messageId, next.seq, second.content, people[1].id],
      ],
    );
  }
  Object.assign(story, { first: sent, second: next });
}

async function changeMessages({ mina, joon, people, roomId, first }) {
  const { messageId, seq } = first;
  const edited = await mina.ok('message:edit', { messageId, content: 'first, edited' });
  const { message } = await joon.hear('message:updated', ({ message }) => message.id === messageId);
  assert.equal(message.content, 'first, edited');
  assert.equal(message.rev, edited.rev);
  assert.equal(typeof message.editedAt, 'string');
  assert.equal(await joon.refused('message:edit', { messageId, content: 'not mine' }), 'forbidden');

  const reacted = await joon.ok('message:react', { messageId, emoji: '🎉', on: true });
  assert.equal(reacted.rev, edited.rev + 1);
  assert.deepEqual(await mina.hear('message:reacted'), {
    roomId,
    messageId,
    seq,
    rev: reacted.rev,
    emoji: '🎉',
    userId: people[1].id,
    on: true,
    count: 1,
  });
}

async function deleteMessage({ mina, joon, people, roomId, second }) {
  const { messageId, seq } = second;
  const { rev } = await joon.ok('message:delete', { messageId });
  const told = { roomId, messageId, seq, rev, userId: people[1].id, counted: true };
  assert.deepEqual(await mina.hear('message:deleted'), told);
}

async function streamMessage({ mina, joon, roomId }) {
  const { messageId, nextIndex } = await mina.ok('message:send:stream', { roomId });
  assert.equal(nextIndex, 0);
  const texts = ['Once ', 'upon a ', 'time 🕰️'];
  await Promise.all(
    texts.map((chunk, index) => mina.ok('message:stream:chunk', { messageId, chunk, index })),
  );
  await joon.ok('message:stream:stop', { messageId });
  await mina.hear('message:stream:stop', (asked) => asked.messageId === messageId);
  const { rev } = await mina.ok('message:stream:end', { messageId });
  const { message } = await joon.hear('message:stream:end');
  assert.deepEqual([message.id, message.rev, message.content], [messageId, rev, texts.join('')]);
  const heard = joon.all('message:stream:chunk').filter((told) => told.messageId === messageId);
  assert.deepEqual(
    heard.map(({ index, chunk }) => [index, chunk]),
    texts.map((chunk, index) => [index, chunk]),
  );
}

async function readHistory({ joon, roomId, first, second }) {
  const { messages } = await joon.ok('messages:history', { roomId });
  const seqs = messages.map(({ seq }) => seq);
  assert.deepEqual(
    seqs,
    [...seqs].sort((a, b) => a - b),
  );
  const kept = messages.find(({ id }) => id === first.messageId);
  assert.equal(kept.content, 'first, edited');
  assert.deepEqual(
    kept.reactions.map(({ emoji, count }) => [emoji, count]),
    [['🎉', 1]],
  );
  const gone = messages.find(({ id }) => id === second.messageId);
  assert.ok(!gone || (gone.deleted === true && gone.content !== 'second'));

  const newest = await joon.ok('messages:history', { roomId, limit: 1 });
  assert.equal(newest.messages.length, 1);
  assert.equal(newest.hasMore, true);
}

async function typeAndRead({ mina, joon, people, roomId }) {
  await mina.ok('typing:start', { roomId });
  const typing = await joon.hear('typing:start');
  assert.equal(typing.roomId, roomId);
  assert.equal(typing.user.id, people[0].id);
  await mina.ok('typing:stop', { roomId });
  assert.deepEqual(await joon.hear('typing:stop'), { roomId, userId: people[0].id });

  const third = { roomId, content: 'third', clientMessageId: randomUUID() };
  const { seq } = await mina.ok('message:send', third);
  const { unread } = await joon.ok('message:read', { roomId, seq });
  assert.equal(unread, 0);
  const read = await mina.hear('message:read', ({ userId }) => userId === people[1].id);
  assert.deepEqual(read, { roomId, userId: people[1].id, seq });
  // What Mina heard came after what she typed: had it been told to herself, it would be here.
  assert.deepEqual(mina.all('typing:start'), []);
}

async function keepOutsidersOut({ mina, sora, people, roomId: publicRoom }) {
  const { room } = await mina.ok('room:create', { kind: 'private', name: 'Quiet' });
  await mina.ok('message:send', {
    roomId: room.id,
    content: 'just me',
    clientMessageId: randomUUID(),
  });
  for (const roomId of [room.id, 'no-such-room']) {
    assert.equal(await sora.refused('room:join', { roomId }), 'not_found');
    assert.equal(await sora.refused('message:send', { roomId, content: 'hello?' }), 'not_found');
    assert.equal(await sora.refused('messages:history', { roomId }), 'not_found');
    assert.equal(await sora.refused('typing:start', { roomId }), 'not_found');
  }
  await markTheEnd(mina, sora, people[2]);
  assert.deepEqual(sora.eventsAbout(room.id), []);
  // Nor has she joined the public room in which the others have talked all the while.
  assert.deepEqual(sora.eventsAbout(publicRoom), []);
}

async function returnAfterAbsence(story) {
  const { url, transports, mina, people, roomId, first } = story;
  const seen = await mina.ok('message:send', {
    roomId,
    content: 'seen',
    clientMessageId: randomUUID(),
  });
  await story.joon.hear('message:new', ({ message }) => message.id === seen.messageId);
  const { epoch } = story.joon.ready;
  story.joon.close();

  const missed = await mina.ok('message:send', {
    roomId,
    content: 'missed',
    clientMessageId: randomUUID(),
  });
  const edited = await mina.ok('message:edit', { messageId: first.messageId, content: 'after' });
  const { token, clientId } = people[1];
  const auth = { token, clientId, epoch, rooms: { [roomId]: seen.rev } };
  story.joon = await Client.connect(url, transports, auth);
  assert.ok(story.joon.ready.rooms.some(({ id }) => id === roomId));
  const sync = await story.joon.hear('sync');
  assert.deepEqual([sync.roomId, sync.rev, sync.complete], [roomId, edited.rev, true]);
  assert.deepEqual(
    sync.messages.map(({ id, rev, content }) => [id, rev, content]).sort(([, a], [, b]) => a - b),
    [
      [missed.messageId, missed.rev, 'missed'],
      [first.messageId, edited.rev, 'after'],
    ],
  );
}

async function kickMember({ mina, joon, people, roomId }) {
  assert.equal(await joon.refused('room:kick', { roomId, userId: people[0].id }), 'forbidden');
  await mina.ok('room:kick', { roomId, userId: people[1].id });
  const { id, username, displayName } = mina.ready.user;
  const by = { id, username, displayName };
  assert.deepEqual(await joon.hear('room:removed'), { roomId, by });
  await mina.ok('message:send', { roomId, content: 'without you', clientMessageId: randomUUID() });
  const code = await joon.refused('message:send', { roomId, content: 'still here?' });
  assert.ok(['forbidden', 'not_found'].includes(code), code);

  await markTheEnd(mina, joon, people[1]);
  assert.equal(joon.eventsAbout(roomId).at(-1), 'room:removed');
}

/** Lets `listener` hear something that was caused after everything else, so that what it has not heard, it never will. */
async function markTheEnd(speaker, listener, person) {
  const name = `Marker ${randomUUID()}`;
  await speaker.ok('room:create', { kind: 'private', name, participants: [person.id] });
  await listener.hear('room:created', ({ room }) => room.name === name);
}

async function tell(url, transports, given) {
  const people = given.map((person) => ({ ...person, clientId: ulid() }));
  const story = { url, transports, people };
  const names = ['mina', 'joon', 'sora'];
  try {
    for (const [at, name] of names.entries()) {
      const { token, clientId } = people[at];
      story[name] = await Client.connect(url, transports, { token, clientId });
    }
    for (const chapter of CHAPTERS) {
      try {
        await chapter(story);
      } catch (error) {
        throw new Error(`${chapter.name} over ${transports.join(' then ')}: ${error.message}`, {
          cause: error,
        });
      }
    }
  } finally {
    for (const name of names) story[name]?.close();
  }
}

/** A ULID of this moment: ten digits of time, sixteen of chance. */
function ulid() {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let time = '';
  for (let rest = Date.now(); time.length < 10; rest = Math.floor(rest / 32))
    time = digits[rest % 32] + time;
  const chance = crypto.getRandomValues(new Uint8Array(16));
  return time + Array.from(chance, (byte) => digits[byte % 32]).join('');
}

setTimeout(() => {
  console.error(`the story took more than ${WHOLE_STORY_MS} ms`);
  process.exit(1);
}, WHOLE_STORY_MS).unref();

const { url, people } = JSON.parse(await text(process.stdin));
assert.equal(people.length, 3, 'the story needs three people');
const passed = [];
try {
  for (const transports of TRANSPORTS) {
    await tell(url, transports, people);
    passed.push(transports.join('+'));
  }
  console.log(JSON.stringify({ success: true, chapters: CHAPTERS.length, passed }));
} catch (error) {
  console.error(error);
  console.log(JSON.stringify({ success: false, passed, error: error.message }));
  // At once: a connection that should never have come about may still be open.
  process.exit(1);
}
