// A team for the pictures: its people are programs, which say and do over the wire what the pictures show.

import { io, type Socket } from 'socket.io-client'
import type { Maru } from './maru.js'
import { PASSWORD } from './people.js'

type Answer = Record<string, any>

export class Teammate {
  private constructor(
    readonly id: string,
    private readonly url: string,
    private readonly token: string,
    private readonly socket: Socket,
  ) {}

  static async connect(url: string, token: string): Promise<Teammate> {
    const socket = io(url, { auth: { token }, transports: ['websocket'] })
    const ready = await new Promise<Answer>((resolve, reject) => {
      socket.once('ready', resolve)
      socket.once('connect_error', reject)
    })
    return new Teammate(ready.user.id, url, token, socket)
  }

  async ask(event: string, payload: object): Promise<Answer> {
    const answer: Answer = await this.socket.timeout(10_000).emitWithAck(event, payload)
    if (!answer.success) throw new Error(`${event}: ${answer.error?.code}: ${answer.error?.message}`)
    return answer
  }

  /** Says something, and returns the message's id. */
  async say(roomId: string, content: string, more: object = {}): Promise<string> {
    return (await this.ask('message:send', { roomId, content, ...more })).messageId
  }

  async react(messageId: string, ...emojis: string[]): Promise<void> {
    for (const emoji of emojis) await this.ask('message:react', { messageId, emoji, on: true })
  }

  /** Creates a room and brings everybody else in. */
  async room(room: object, others: Teammate[]): Promise<string> {
    const { id } = (await this.ask('room:create', room)).room
    for (const other of others) await other.ask('room:join', { roomId: id })
    return id
  }

  async upload(name: string, content: Uint8Array): Promise<string> {
    const address = `${this.url}/api/v1/files?name=${encodeURIComponent(name)}`
    const headers = { authorization: `Bearer ${this.token}` }
    const answer = await fetch(address, { method: 'POST', headers, body: new Uint8Array(content) })
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
    return ((await answer.json()) as Answer).file.id
  }

  leave(): void {
    this.socket.disconnect()
  }
}

/** Sets the server up for the first of these people (username to name), and brings the others in. */
export async function teamOf<Username extends string>(
  maru: Maru,
  names: Record<Username, string>,
): Promise<Record<Username, Teammate>> {
  const post = async (path: string, body: object, token?: string): Promise<Answer> => {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (token) headers.authorization = `Bearer ${token}`
    const answer = await fetch(`${maru.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Answer
  }
  const people = {} as Record<Username, Teammate>
  let inviteCode: string | undefined
  for (const [username, displayName] of Object.entries<string>(names)) {
    const account = { username, displayName, password: PASSWORD }
    const { accessToken } = inviteCode
      ? await post('/auth/register', { inviteCode, ...account })
      : await post('/setup', { token: maru.setupToken, ...account })
    inviteCode ??= (await post('/invites', { uses: 20 }, accessToken)).code
    people[username as Username] = await Teammate.connect(maru.url, accessToken)
  }
  return people
}
