// What Maru takes: size of the program, time until it serves, memory when idle and for each connected client.
//
// Usage: node footprint.mjs PROGRAM [CLIENTS…]   (Linux; loopback only; ends by itself)
// Clients speak the wire themselves over plain websockets, with headers like a browser's; each is in 20 rooms.

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { WebSocket } = createRequire(require.resolve('engine.io-client'))('ws')

const PEOPLE = 50
const ROOMS = 20
const PASSWORD = 'wooden floor, open sky'
const BROWSER = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36',
  'Accept-Language': 'ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'Cache-Control': 'no-cache',
  Pragma: 'no-cache',
}

const [program, ...sizes] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'maru-footprint-'))
let server
try {
  const started = performance.now()
  server = start(folder, { isNew: true })
  const { url, setup } = await server.ready
  const ready = performance.now() - started
  const people = await makeTeam(url, setup)
  console.log(`program                 ${((await stat(program)).size / 1024 / 1024).toFixed(1)} MiB`)
  console.log(`ready after             ${ready.toFixed(0)} ms`)

  // A fresh start: what making accounts took is not what idling takes.
  await server.stop()
  const restarted = performance.now()
  server = start(folder)
  const again = await server.ready
  console.log(`ready after a restart   ${(performance.now() - restarted).toFixed(0)} ms`)
  const idle = await resident(server.pid)
  console.log(`idle                    ${(idle / 1024).toFixed(1)} MiB resident`)
  for (const size of sizes.length > 0 ? sizes.map(Number) : [1000, 5000]) {
    const sockets = await connect(again.url, people, size)
    const each = ((await settled(server.pid)) - idle) / size
    console.log(`${String(size).padStart(6)} clients          ${each.toFixed(1)} KiB resident for each`)
    await Promise.all(sockets.map(close))
  }
} finally {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
}

/** Starts the program; `ready` tells its address and the setup token when it makes one. */
function start(folder, { isNew = false } = {}) {
  const env = { ...process.env, MARU_LIMITS_CONNECTIONS_PER_ADDRESS: '100000' }
  const child = spawn(program, ['serve', '--listen', '127.0.0.1:0', '--data-dir', folder], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const ready = new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      const url = /listening on (\S+)/.exec(text)?.[1]
      const setup = /setup#(\S+)/.exec(text)?.[1]
      if (url && (setup || !isNew)) resolve({ url, setup })
    })
    void exited.then(() => reject(new Error('the program ended early')))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
  }
  return { pid: child.pid, ready, stop }
}

async function post(url, path, token, body) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  const response = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const answer = await response.json()
  if (!answer.success) throw new Error(`${path}: ${JSON.stringify(answer.error)}`)
  return answer
}

async function makeTeam(url, setup) {
  const account = (username) => ({ username, displayName: username, password: PASSWORD, tokenTransport: 'body' })
  const admin = await post(url, '/setup', null, { token: setup, ...account('admin') })
  const invite = await post(url, '/invites', admin.accessToken, { uses: PEOPLE })
  const people = []
  for (let index = 0; index < PEOPLE; index++) {
    people.push(await post(url, '/auth/register', null, { inviteCode: invite.code, ...account(`person${index}`) }))
  }
  const participants = people.map(({ user }) => user.id)
  for (let index = 1; index < ROOMS; index++) {
    await post(url, '/rooms', admin.accessToken, { kind: 'private', name: `Room ${index}`, participants })
  }
  return people
}

async function connect(url, people, size) {
  const sockets = []
  for (let from = 0; from < size; from += 100) {
    const batch = Array.from({ length: Math.min(100, size - from) }, (_, offset) => from + offset)
    sockets.push(...(await Promise.all(batch.map((index) => open(url, people[index % people.length].accessToken)))))
  }
  return sockets
}

/** A client that has heard `ready`. */
function open(url, token) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    headers: { ...BROWSER, Origin: url },
    perMessageDeflate: false,
  })
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('message', (data) => {
      const packet = data.toString()
      if (packet.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`)
      else if (packet === '2') socket.send('3')
      else if (packet.startsWith('44')) reject(new Error(packet))
      else if (packet.startsWith('42["ready"')) resolve(socket)
    })
  })
}

function close(socket) {
  return new Promise((resolve) => {
    socket.once('close', resolve)
    socket.close()
  })
}

/** Resident memory in KiB. */
async function resident(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1])
}

/** Resident memory once it no longer changes by more than one percent in half a second. */
async function settled(pid) {
  for (let before = await resident(pid), looks = 0; ; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const now = await resident(pid)
    if (Math.abs(now - before) < now / 100 || looks === 20) return now
    before = now
  }
}
