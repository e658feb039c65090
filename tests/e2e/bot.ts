// A program that speaks to Maru as bots do: the official Socket.IO client and a bot's token.

import { io, type Socket } from 'socket.io-client'
import type { Maru } from './maru.js'

type Answer = { success: boolean; error?: { code: string; message: string } } & Record<string, unknown>

export class Bot {
  /** Messages that somebody wants to be stopped. */
  readonly stopped = new Set<string>()

  private constructor(
    private readonly socket: Socket,
    private readonly rooms: Map<string, string>,
  ) {
    socket.on('message:stream:stop', ({ messageId }: { messageId: string }) => this.stopped.add(messageId))
  }

  static async in(maru: Maru, username: string, ...rooms: string[]): Promise<Bot> {
    const token = await maru.makeBot(username, ...rooms)
    const socket = io(maru.url, { auth: { token }, transports: ['websocket'] })
    const ready = await new Promise<{ rooms: { id: string; name: string }[] }>((resolve, reject) => {
      socket.once('ready', resolve)
      socket.once('connect_error', reject)
    })
    return new Bot(socket, new Map(ready.rooms.map(({ name, id }) => [name, id])))
  }

  async ask(event: string, payload: object): Promise<Answer> {
    const answer: Answer = await this.socket.timeout(10_000).emitWithAck(event, payload)
    if (!answer.success) throw new Error(`${event}: ${answer.error?.code}: ${answer.error?.message}`)
    return answer
  }

  /** Begins a message that grows, and returns its id. */
  async begin(room: string): Promise<string> {
    const answer = await this.ask('message:send:stream', { roomId: this.rooms.get(room) })
    return String(answer.messageId)
  }

  close(): void {
    this.socket.disconnect()
  }
}
