// The real program with a data folder of its own, behind a network that can be cut.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, connect, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const PROGRAM = process.env.MARU_PROGRAM ?? fileURLToPath(new URL('../../target/debug/maru', import.meta.url))
const START_WITHIN_MS = 60_000

/** Settings of the program, as environment variables. */
export type Settings = Record<string, string>

/** A running Maru. Browsers reach it through `network`, so that its address stays when it restarts. */
export class Maru {
  readonly network = new Network()
  setupToken = ''
  private child: ChildProcess | undefined
  private output = ''

  private constructor(
    private readonly folder: string,
    private readonly settings: Settings,
    private readonly isFirst = true,
  ) {}

  static async start(settings: Settings = {}): Promise<Maru> {
    const maru = new Maru(await mkdtemp(join(tmpdir(), 'maru-e2e-')), settings)
    await maru.network.listen()
    await maru.run()
    return maru
  }

  /** Another server of the same cluster, on the same folder. */
  async beside(): Promise<Maru> {
    const other = new Maru(this.folder, this.settings, false)
    other.setupToken = this.setupToken
    await other.network.listen()
    await other.run()
    return other
  }

  get url(): string {
    // A certificate has a name.
    const origin = this.settings.MARU_DOMAIN ? `https://${this.settings.MARU_DOMAIN}` : 'http://127.0.0.1'
    return `${origin}:${this.network.port}`
  }

  /** Where its first page is: below the path of its public address, if that has one. */
  get home(): string {
    const { pathname } = new URL(this.settings.MARU_PUBLIC_URL ?? this.url)
    return `${this.url}${pathname.replace(/\/?$/, '/')}`
  }

  async restart(): Promise<void> {
    await this.end()
    await this.run()
  }

  async stop(): Promise<void> {
    await this.end()
    await this.network.close()
    if (this.isFirst) await rm(this.folder, { recursive: true, force: true })
  }

  /** Makes a bot that is in these rooms, and returns its token. */
  async makeBot(username: string, ...rooms: string[]): Promise<string> {
    const stdout = await this.command('bot', 'create', '--username', username, '--rooms', rooms.join(','))
    const token = /maru_bot_\S+/.exec(stdout)?.[0]
    if (!token) throw new Error(`no token in: ${stdout}`)
    return token
  }

  /** Runs a command on this program's data folder, and returns what it printed. */
  async command(...args: string[]): Promise<string> {
    const given = [...args, '--data-dir', this.folder]
    return (await promisify(execFile)(PROGRAM, given, { env: this.env() })).stdout
  }

  /** This program's own settings, and none of the shell's. */
  private env(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MARU_'))
    return { ...Object.fromEntries(inherited), ...this.settings }
  }

  private async run(): Promise<void> {
    const env = this.env()
    const args = ['serve', '--listen', '127.0.0.1:0', '--data-dir', this.folder]
    const child = spawn(PROGRAM, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    this.output = ''
    await new Promise<void>((resolve, reject) => {
      const fail = () => reject(new Error(`Maru did not start:\n${this.output}`))
      const timer = setTimeout(fail, START_WITHIN_MS)
      const hear = (chunk: Buffer) => {
        this.output += chunk
        const token = /setup#(\S+)/.exec(this.output)?.[1]
        const port = /listening on https?:\/\/127\.0\.0\.1:(\d+)/.exec(this.output)?.[1]
        if (token) this.setupToken = token
        if (!port || (!this.setupToken && !this.output.includes('setup#'))) return
        clearTimeout(timer)
        this.network.target = Number(port)
        resolve()
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.once('exit', fail)
    })
  }

  private async end(): Promise<void> {
    const child = this.child
    this.child = undefined
    if (!child || child.exitCode !== null) return
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await exited
  }
}

/** A port that forwards to the program, until it is cut. */
export class Network {
  target = 0
  port = 0
  private readonly server: Server
  private readonly open = new Set<Socket>()
  private isCut = false
  private left = Infinity

  constructor() {
    this.server = createServer((near) => {
      if (this.isCut) return void near.destroy()
      near.on('data', (chunk) => {
        this.left -= chunk.length
        if (this.left < 0) this.cut()
      })
      const far = connect(this.target, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.open.add(from)
        from.pipe(to)
        from.on('error', () => to.destroy())
        from.on('close', () => {
          this.open.delete(from)
          to.destroy()
        })
      }
    })
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    const address = this.server.address()
    if (address && typeof address === 'object') this.port = address.port
  }

  /** Ends every connection; new ones fail until `mend`. */
  cut(): void {
    this.isCut = true
    for (const socket of this.open) socket.destroy()
  }

  /** Cuts itself when this many more bytes have come from browsers. */
  cutAfter(bytes: number): void {
    this.left = bytes
  }

  mend(): void {
    this.isCut = false
    this.left = Infinity
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.server.close(resolve))
  }
}
