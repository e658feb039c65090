// A newcomer's way, timed: from an empty folder and the program to two people who have answered each other.
//
//   node scripts/newcomer.mjs [PROGRAM]     target/release/maru unless it is named
//
// It takes the link that the program prints, as a person does, and nothing else. Fails when it takes more than a minute.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const MOST_SECONDS = 60;
const program = resolve(process.argv[2] ?? 'target/release/maru');
const folder = await mkdtemp(join(tmpdir(), 'maru-newcomer-'));
const began = performance.now();
const steps = [];

function done(what) {
  steps.push([what, (performance.now() - began) / 1000]);
}

// Settings of whoever runs this are not a newcomer's.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MARU_')));
const server = spawn(program, ['serve', '--listen', '127.0.0.1:0'], {
  cwd: folder,
  env: { ...environment, MARU_LOG_LEVEL: 'warn' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = new Promise((end) => {
  server.once('exit', end);
  server.once('error', (error) => {
    console.error(`${program} cannot be run: ${error.message}`);
    end();
  });
});

async function printed() {
  for await (const line of createInterface({ input: server.stdout })) {
    const link = line.match(/(http:\/\/\S+)\/setup#(\S+)/);
    if (link) {
      return { base: link[1], token: link[2] };
    }
  }
  throw new Error('the program ended without printing a link');
}

async function ask(base, method, path, body, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(`${method} ${path} answered ${answer.status} ${text}`);
  }
  return JSON.parse(text);
}

function person(username) {
  return { username, displayName: username, password: 'a secret that nobody guesses', tokenTransport: 'body' };
}

async function heard(base, room, token, expected) {
  const { messages } = await ask(base, 'GET', `/api/v1/rooms/${room}/messages`, undefined, token);
  if (!messages.some(({ content }) => content === expected)) {
    throw new Error(`"${expected}" is not among ${JSON.stringify(messages)}`);
  }
}

async function talk() {
  const { base, token } = await printed();
  done('the program prints its link');
  const page = await fetch(`${base}/setup`, { headers: { accept: 'text/html' } });
  if (!page.ok || !(await page.text()).includes('<title>')) {
    throw new Error(`the link shows nothing: ${page.status}`);
  }
  done('the link shows a page');
  const mina = (await ask(base, 'POST', '/api/v1/setup', { token, ...person('mina') })).accessToken;
  done('the first account is made');
  const { room } = await ask(base, 'POST', '/api/v1/rooms', { kind: 'public', name: 'Lunch' }, mina);
  done('a room is made');
  const { code } = await ask(base, 'POST', '/api/v1/invites', { uses: 1 }, mina);
  const jisu = (await ask(base, 'POST', '/api/v1/auth/register', { inviteCode: code, ...person('jisu') })).accessToken;
  done('somebody is invited and has an account');
  await ask(base, 'POST', `/api/v1/rooms/${room.id}/join`, {}, jisu);
  const messages = `/api/v1/rooms/${room.id}/messages`;
  await ask(base, 'POST', messages, { content: 'Where shall we eat?', clientMessageId: crypto.randomUUID() }, mina);
  await heard(base, room.id, jisu, 'Where shall we eat?');
  await ask(base, 'POST', messages, { content: 'At the market.', clientMessageId: crypto.randomUUID() }, jisu);
  await heard(base, room.id, mina, 'At the market.');
  done('both have heard each other');
}

try {
  await talk();
} finally {
  server.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true });
}
for (const [what, seconds] of steps) {
  console.log(`${seconds.toFixed(2).padStart(6)} s  ${what}`);
}
const [, all] = steps.at(-1);
if (all > MOST_SECONDS) {
  console.error(`it took ${all.toFixed(1)} s, more than ${MOST_SECONDS}`);
  process.exitCode = 1;
}
