// What people see when the servers of a cluster do not hear each other.

import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { expect, Person, PHONE, test as base } from './people.js'

const NOTICE = 'Who is typing, online or still writing may not show right now.'

/** A Redis that can be stopped and started again. */
class Redis {
  private child: ChildProcess | undefined

  private constructor(readonly port: number) {}

  static async start(): Promise<Redis> {
    const redis = new Redis(await freePort())
    await redis.run()
    return redis
  }

  async run(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '']
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.child = child
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (said: Buffer) => said.includes('Ready to accept') && resolve())
      child.once('exit', () => reject(new Error('Redis did not start')))
    })
  }

  async stop(): Promise<void> {
    const child = this.child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (!address || typeof address !== 'object') throw new Error('no port')
  return address.port
}

const test = base.extend<{ redis: Redis }>({
  redis: async ({ browserName: _ }, use) => {
    const redis = await Redis.start()
    await use(redis)
    await redis.stop()
  },
  settings: async ({ redis }, use) => use({ MARU_REDIS: `redis://127.0.0.1:${redis.port}` }),
})

test('people are told what may be missing while Redis is away, once, and not when it is back', async ({
  browser,
  maru,
  redis,
}) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await redis.stop()
  const notice = mina.page.getByText(NOTICE)
  await expect(notice).toBeVisible()
  await mina.send('written meanwhile')
  await redis.run()
  await expect(notice).toBeHidden()
  await redis.stop()
  await expect(notice).toBeVisible()
  await mina.page.getByRole('button', { name: 'Got it' }).click()
  await expect(notice).toBeHidden()
  await expect(mina.message('written meanwhile')).toBeVisible()
})

for (const [name, options] of [
  ['a desktop', { colorScheme: 'light' as const }],
  ['a dark desktop', { colorScheme: 'dark' as const, locale: 'ko-KR' }],
  ['a phone', { ...PHONE, locale: 'ko-KR' }],
  ['a dark phone', { ...PHONE, colorScheme: 'dark' as const }],
] as const) {
  test(`the notice fits on ${name}`, async ({ browser, maru, redis }) => {
    const first = await Person.in(browser, maru, 'Mina')
    await first.setUp(maru)
    const storageState = await first.page.context().storageState()
    await first.page.context().close()
    const mina = await Person.in(browser, maru, 'Mina', { ...options, storageState })
    await mina.page.goto('./')
    await redis.stop()
    const notice = mina.page.getByRole('status').filter({ hasText: /Messages all arrive|모두 도착해요/ })
    await expect(notice).toBeVisible()
    const box = await notice.locator('p').boundingBox()
    const width = mina.page.viewportSize()?.width ?? 0
    expect(box && box.x >= 0 && box.x + box.width <= width).toBe(true)
    if (process.env.MARU_PICTURES) await mina.page.screenshot({ path: `${process.env.MARU_PICTURES}/${name}.png` })
  })
}
