// Somebody who writes much and fast, over HTTP.

import type { Maru, Settings } from './maru.js'
import { PASSWORD } from './people.js'

/** For a server on which an author may write as fast as it takes. */
export const UNHURRIED: Settings = Object.fromEntries(
  ['EVENTS_PER_SECOND', 'EVENTS_BURST', 'SENDS_PER_SECOND', 'SENDS_BURST'].map((name) => [`MARU_LIMITS_${name}`, '1000000']),
)

interface Sent {
  messageId: string
  seq: number
}

export class Author {
  private constructor(
    private readonly maru: Maru,
    private readonly token: string,
  ) {}

  /** Somebody who has an account already. */
  static async as(maru: Maru, username: string): Promise<Author> {
    const { accessToken } = await post<{ accessToken: string }>(maru, '/auth/login', {
      username,
      password: PASSWORD,
      tokenTransport: 'body',
    })
    return new Author(maru, accessToken)
  }

  write(roomId: string, content: string, replyTo?: string): Promise<Sent> {
    return post<Sent>(this.maru, `/rooms/${roomId}/messages`, { content, replyTo }, this.token)
  }

  reply(roomId: string, threadRoot: string, content: string): Promise<Sent> {
    return post<Sent>(this.maru, `/rooms/${roomId}/messages`, { content, threadRoot }, this.token)
  }

  /** The newest messages of a room. */
  async history(roomId: string): Promise<{ id: string; seq: number; content: string }[]> {
    const answer = await fetch(`${this.maru.url}/api/v1/rooms/${roomId}/messages`, {
      headers: { authorization: `Bearer ${this.token}` },
    })
    const { messages } = (await answer.json()) as { messages: { id: string; seq: number; content: string }[] }
    return messages
  }

  join(roomId: string): Promise<unknown> {
    return post(this.maru, `/rooms/${roomId}/join`, {}, this.token)
  }

  react(messageId: string, emoji: string): Promise<unknown> {
    return post(this.maru, `/messages/${messageId}/reactions`, { emoji, on: true }, this.token)
  }

  save(messageId: string): Promise<unknown> {
    return post(this.maru, `/messages/${messageId}/save`, { on: true }, this.token)
  }

  /** Writes many messages one after the other; the server numbers them in this order. */
  async writeAll(roomId: string, contents: string[]): Promise<Sent[]> {
    const sent: Sent[] = []
    for (const content of contents) sent.push(await this.write(roomId, content))
    return sent
  }
}

async function post<T>(maru: Maru, path: string, body: object, token?: string): Promise<T> {
  const answer = await fetch(`${maru.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}
