// What the client costs, measured in the real program: `scripts/measure-client`. Fails where a budget is broken.
//
// MEASURE_MESSAGES (10,000) stand in the room that is opened; MEASURE_MINUTES (1.5) is how long the busy room goes on,
// as fast as the server takes it: a minute holds thousands of messages, more than half an hour of any real room.

import { gzipSync } from 'node:zlib'
import type { CDPSession, Page } from '@playwright/test'
import { Author, UNHURRIED } from './author.js'
import type { Maru } from './maru.js'
import { expect, Person, test } from './people.js'
import { type Task, traceTasks } from './trace.js'

const MESSAGES = Number(process.env.MEASURE_MESSAGES ?? 10_000)
const MINUTES = Number(process.env.MEASURE_MINUTES ?? 1.5)
/** Of the quarter of an hour for which the author's token is good. */
const TOKEN_MS = 10 * 60_000
const BUDGET = { scriptKB: 120, taskMs: 50, sendToPaintMs: 50, heapGrowth: 1.1 }

test.use({ settings: UNHURRIED })

test('the cost of the client', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const joon = await Person.in(browser, maru, 'Joon')
  await joon.accept(await mina.invite())
  await joon.page.close()
  await mina.createRoom('Elsewhere')
  await mina.open('General')
  const room = new URL(mina.page.url()).pathname.split('/')[2] ?? ''
  const author = await Author.as(maru, 'joon')
  await fill(author, room, MESSAGES)
  const state = await mina.page.context().storageState()
  await mina.page.close()

  const reader = await Person.in(browser, maru, 'Mina', { storageState: state })
  const { page } = reader
  const scripts = new Map<string, Promise<Buffer>>()
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.set(response.url(), response.body())
  })
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector('[role=log] article')) return
      observer.disconnect()
      performance.mark('first message')
    })
    observer.observe(document, { childList: true, subtree: true })
  })
  const newest = page.getByRole('log').getByRole('article').last()
  const opening = await traceTasks(browser, page, async () => {
    await page.goto(`/rooms/${room}`)
    await expect(newest).toBeVisible()
  })
  const needed = await scriptsBeforeFirstMessage(page)
  const bodies = await Promise.all([...scripts].filter(([url]) => needed.has(url)).map(([, body]) => body))
  const scriptKB = bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0) / 1000
  console.log(`JavaScript before the first message, gzipped:  ${scriptKB.toFixed(1)} KB (budget ${BUDGET.scriptKB})`)
  tell('starting the client', opening)

  await page.getByRole('button', { name: 'Go to the newest messages' }).click()
  await reader.open('Elsewhere')
  const switching = await traceTasks(browser, page, async () => {
    await reader.open('General')
    await expect(newest).toBeVisible()
  })
  tell(`opening a room of ${MESSAGES} messages`, switching)
  const scrolling = await traceTasks(browser, page, () => scrollFast(page))
  tell('scrolling through it fast', scrolling)

  await page.keyboard.press('End')
  const paints = await sendToPaint(reader)
  console.log(`send to paint, ms:  median ${paints[Math.floor(paints.length / 2)]}, longest ${paints.at(-1)} (budget ${BUDGET.sendToPaintMs})`)

  const heaps = await busyRoom(reader, maru, room)
  const [early, late] = [median(heaps.slice(heaps.length / 4, heaps.length / 2)), median(heaps.slice((heaps.length * 3) / 4))]
  console.log(`heap in a busy room, MB:  ${heaps.map((heap) => heap.toFixed(1)).join(' ')}`)
  console.log(`  second quarter ${early.toFixed(1)}, last quarter ${late.toFixed(1)}`)

  expect.soft(scriptKB, 'gzipped JavaScript before the first message').toBeLessThanOrEqual(BUDGET.scriptKB)
  expect.soft(opening[0]?.cpu, 'longest task while the client starts').toBeLessThan(BUDGET.taskMs)
  expect.soft(switching[0]?.cpu, 'longest task while a room opens').toBeLessThan(BUDGET.taskMs)
  expect.soft(scrolling[0]?.cpu, 'longest task while scrolling').toBeLessThan(BUDGET.taskMs)
  expect.soft(paints[Math.floor(paints.length / 2)], 'send to paint').toBeLessThan(BUDGET.sendToPaintMs)
  expect.soft(late / early, 'growth of the heap').toBeLessThan(BUDGET.heapGrowth)
})

/** What came before the first message stood there; what is fetched later keeps nobody waiting. */
async function scriptsBeforeFirstMessage(page: Page): Promise<Set<string>> {
  const urls = await page.evaluate(() => {
    const first = performance.getEntriesByName('first message')[0]?.startTime ?? Infinity
    const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
    return loaded.filter(({ responseEnd }) => responseEnd <= first).map(({ name }) => name)
  })
  return new Set(urls)
}

const KINDS = [
  (n: number) => `Message ${n}, short.`,
  (n: number) => `Message ${n} is longer: it says **what** was done, *why*, and where to look: https://example.com/tickets/${n}`,
  (n: number) => `메시지 ${n}번이에요. 점심은 *국수* 어때요?\n둘째 줄도 있어요.`,
  (n: number) => `- first of ${n}\n- second\n- [x] third`,
  (n: number) => `\`\`\`ts\nconst answer = ${n};\nexport function ask(question: string): number {\n  return answer;\n}\n\`\`\``,
  (n: number) => `> quoted ${n}\n\nand answered with \`code\`, because that is what people do when they talk about software all day long.`,
]

function content(n: number): string {
  return (KINDS[n % KINDS.length] ?? KINDS[0])?.(n) ?? ''
}

/** Many writers at once, so that the server may commit them together. */
async function fill(author: Author, room: string, count: number): Promise<void> {
  let next = 0
  const writer = async () => {
    while (next < count) await author.write(room, content(next++))
  }
  await Promise.all(Array.from({ length: 64 }, writer))
}

async function scrollFast(page: Page): Promise<void> {
  await page.getByRole('log').hover()
  for (let step = 0; step < 120; step += 1) {
    await page.mouse.wheel(0, step % 4 === 3 ? 400 : -1500)
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
}

/** From the key to the frame that shows the message, for twenty messages, in milliseconds, ascending. */
async function sendToPaint(person: Person): Promise<number[]> {
  const paints: number[] = []
  for (let n = 0; n < 20; n += 1) {
    const text = `paint ${n}!`
    await person.composer.fill(text)
    const painted = person.page.evaluate(
      (text) =>
        new Promise<number>((done) => {
          let pressed = 0
          addEventListener('keydown', (event) => (pressed = event.timeStamp), { capture: true, once: true })
          const observer = new MutationObserver(() => {
            const shown = [...document.querySelectorAll('[role=log] article')].some((one) => one.textContent?.includes(text))
            if (!shown) return
            observer.disconnect()
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel()
              port1.onmessage = () => done(performance.now() - pressed)
              port2.postMessage(null)
            })
          })
          observer.observe(document.body, { childList: true, subtree: true })
        }),
      text,
    )
    await person.composer.press('Enter')
    paints.push(Math.round(await painted))
  }
  return paints.sort((a, b) => a - b)
}

/** The heap after a collection, in MB, sampled while others write and react, and the reader goes to and fro. */
async function busyRoom(reader: Person, maru: Maru, room: string): Promise<number[]> {
  const { page } = reader
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('HeapProfiler.enable')
  const begun = Date.now()
  const heaps: number[] = []
  let author = await Author.as(maru, 'joon')
  let renewed = begun
  for (let n = 0; Date.now() - begun < MINUTES * 60_000;) {
    if (Date.now() - renewed > TOKEN_MS) [author, renewed] = [await Author.as(maru, 'joon'), Date.now()]
    if (heaps.length % 5 === 4) await lookAround(reader)
    for (const end = n + 100; n < end; n += 1) {
      const { messageId } = await author.write(room, content(n))
      if (n % 5 === 0) await author.react(messageId, '👍')
    }
    // What is under way is no growth.
    const last = await author.write(room, `round ${n}.`)
    await expect(page.locator(`[data-row$="-${last.seq}"]`)).toBeVisible()
    const heap = await heapOf(cdp)
    heaps.push(heap)
    if (heaps.length % 50 === 0) console.log(`  ${minutesSince(begun)} min, ${n} messages: ${heap.toFixed(1)} MB`)
  }
  return heaps
}

/** What somebody does beside reading; each of it is to leave nothing behind. */
async function lookAround(reader: Person): Promise<void> {
  const { page, log } = reader
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.keyboard.press('Control+Shift+f')
  await expect(page.getByRole('search')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('search')).toBeHidden()
  await reader.open('Elsewhere')
  await reader.open('General')
  await expect(log.getByRole('article').last()).toBeVisible()
  await log.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('End')
}

function minutesSince(begun: number): string {
  return ((Date.now() - begun) / 60_000).toFixed(1)
}

async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}

function tell(what: string, tasks: Task[]): void {
  const longest = tasks.slice(0, 5).map(({ cpu, wall }) => `${cpu.toFixed(0)} (${wall.toFixed(0)})`)
  console.log(`${what}:  longest main-thread tasks, ms of work (and until their end): ${longest.join(', ')} (budget ${BUDGET.taskMs})`)
}

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
