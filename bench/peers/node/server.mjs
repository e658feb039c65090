// The chat server that one would write with Node.js, for comparison: socket.io over websockets, better-sqlite3.
//
// It does the durable work that Maru does for a message: the token is checked in the handshake, membership when the
// message is sent; the message, its place in the room and its idempotency key are committed with synchronous=FULL
// before anybody is told or answered.
//
// Usage: node server.mjs FOLDER   (with population.json and signing-keys.json; the database is made in it)

import Database from 'better-sqlite3';
import jwt from 'jsonwebtoken';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Server } from 'socket.io';

const folder = process.argv[2];
const population = JSON.parse(readFileSync(join(folder, 'population.json'), 'utf8'));
const [key] = JSON.parse(readFileSync(join(folder, 'signing-keys.json'), 'utf8'));
// The tokens are the ones that Maru would sign: with a key derived from the secret for this purpose.
const secret = createHmac('sha256', Buffer.from(key.secret, 'base64url')).update('maru access token 1').digest();

const db = new Database(join(folder, 'node.db'));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.pragma('cache_size = -16384');
db.pragma('temp_store = MEMORY');
db.exec(`
  CREATE TABLE users (id INTEGER PRIMARY KEY, pid TEXT NOT NULL UNIQUE, username TEXT NOT NULL, display_name TEXT NOT NULL);
  CREATE TABLE rooms (id INTEGER PRIMARY KEY, pid TEXT NOT NULL UNIQUE, last_seq INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE members (
    room_id INTEGER NOT NULL, user_id INTEGER NOT NULL, PRIMARY KEY (room_id, user_id)
  ) WITHOUT ROWID;
  CREATE INDEX rooms_of_user ON members (user_id, room_id);
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY, room_id INTEGER NOT NULL, seq INTEGER NOT NULL, user_id INTEGER NOT NULL,
    content TEXT NOT NULL, client_message_id TEXT, created_at INTEGER NOT NULL, UNIQUE (room_id, seq)
  );
  CREATE TABLE idempotency (
    user_id INTEGER NOT NULL, client_message_id TEXT NOT NULL, room_id INTEGER NOT NULL, seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL, PRIMARY KEY (user_id, client_message_id)
  ) WITHOUT ROWID;
`);
populate();

const findUser = db.prepare('SELECT id, pid, username, display_name AS displayName FROM users WHERE pid = ?');
const findRooms = db.prepare('SELECT r.pid, r.last_seq AS lastSeq FROM members m JOIN rooms r ON r.id = m.room_id WHERE m.user_id = ?');
const findSeat = db.prepare(
  'SELECT r.id FROM rooms r JOIN members m ON m.room_id = r.id WHERE r.pid = ? AND m.user_id = ?',
);
const findStored = db.prepare('SELECT room_id, seq, created_at FROM idempotency WHERE user_id = ? AND client_message_id = ?');
const takeSeq = db.prepare('UPDATE rooms SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq').pluck();
const insertMessage = db.prepare(
  'INSERT INTO messages (room_id, seq, user_id, content, client_message_id, created_at) VALUES (?, ?, ?, ?, ?, ?)',
);
const insertKey = db.prepare(
  'INSERT INTO idempotency (user_id, client_message_id, room_id, seq, created_at) VALUES (?, ?, ?, ?, ?)',
);

const store = db.transaction((user, roomId, content, clientMessageId) => {
  const seat = findSeat.get(roomId, user.id);
  if (!seat) return { error: { code: 'not_found', message: 'the room was not found' } };
  if (clientMessageId !== undefined) {
    const stored = findStored.get(user.id, clientMessageId);
    if (stored) {
      if (stored.room_id === seat.id) return { seq: stored.seq, at: stored.created_at, duplicate: true };
      return { error: { code: 'conflict', message: 'this clientMessageId was used in another room' } };
    }
  }
  const at = Date.now();
  const seq = takeSeq.get(seat.id);
  insertMessage.run(seat.id, seq, user.id, content, clientMessageId ?? null, at);
  if (clientMessageId !== undefined) insertKey.run(user.id, clientMessageId, seat.id, seq, at);
  return { seq, at };
});

const http = createServer();
const io = new Server(http, {
  transports: ['websocket'],
  allowUpgrades: false,
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});

// As socket.io's guide to memory usage advises: the request of each connection is not kept.
io.engine.on('connection', (connection) => {
  connection.request = null;
});

io.use((socket, next) => {
  try {
    const { sub } = jwt.verify(socket.handshake.auth.token, secret, { algorithms: ['HS256'], issuer: 'maru' });
    socket.data.user = findUser.get(sub);
    next(socket.data.user ? undefined : new Error('unauthenticated: the session has ended'));
  } catch {
    next(new Error('unauthenticated: the token is not valid'));
  }
});

io.on('connection', (socket) => {
  const { user } = socket.data;
  const rooms = findRooms.all(user.id);
  socket.join(rooms.map((room) => room.pid));
  socket.on('message:send', (command, answer) => answer(send(user, command)));
  socket.emit('ready', { user: shown(user), rooms: rooms.map(({ pid, lastSeq }) => ({ id: pid, lastSeq })) });
});

function send(user, { roomId, content, clientMessageId }) {
  const valid =
    typeof roomId === 'string' &&
    typeof content === 'string' &&
    content.trim() !== '' &&
    content.length <= 16_000 &&
    (clientMessageId === undefined || (typeof clientMessageId === 'string' && clientMessageId.length <= 64));
  if (!valid) return { success: false, error: { code: 'invalid', message: 'the message is not valid' } };
  const { error, seq, at, duplicate } = store.immediate(user, roomId, content, clientMessageId);
  if (error) return { success: false, error };
  const timestamp = new Date(at).toISOString();
  const id = `${roomId}-${seq}`;
  if (!duplicate) {
    io.to(roomId).emit('message:new', {
      message: {
        id,
        roomId,
        seq,
        rev: seq,
        kind: 'text',
        user: shown(user),
        content,
        clientMessageId,
        mentions: [],
        reactions: [],
        pinned: false,
        createdAt: timestamp,
      },
    });
  }
  return { success: true, messageId: id, seq, rev: seq, timestamp, ...(duplicate && { duplicate }) };
}

function shown({ pid, username, displayName }) {
  return { id: pid, username, displayName };
}

function populate() {
  const insertUser = db.prepare('INSERT INTO users (id, pid, username, display_name) VALUES (?, ?, ?, ?)');
  const insertRoom = db.prepare('INSERT INTO rooms (id, pid) VALUES (?, ?)');
  const insertMember = db.prepare('INSERT INTO members (room_id, user_id) VALUES (?, ?)');
  db.transaction(() => {
    population.people.forEach((pid, index) => {
      insertUser.run(index + 1, pid, `person${String(index).padStart(6, '0')}`, `Person ${index}`);
    });
    population.rooms.forEach(({ id, members }, index) => {
      insertRoom.run(index + 1, id);
      for (const member of members) insertMember.run(index + 1, member + 1);
    });
  })();
}

process.on('SIGTERM', () => {
  io.close();
  db.close();
  process.exit(0);
});

http.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${http.address().port}`));
