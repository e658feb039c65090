// What people do, by the names that the screen shows.

import { type Browser, type BrowserContextOptions, expect, type Locator, type Page, test as base } from '@playwright/test'
import { keptIn } from './kept.js'
import { Maru, type Settings } from './maru.js'

export const PASSWORD = 'wooden floor, open sky'

/** How many times slower than this machine's the processor of every browser is: what a test owes to speed comes to light. */
const SLOWDOWN = Number(process.env.E2E_SLOWDOWN ?? 1)

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** What browsers complained of, and what pages asked of other hosts, in the test that runs. */
const complaints: string[] = []

/**
 * Networks that are cut and answers that refuse are part of many tests, and browsers log each of them; a service worker
 * that was being fetched as its page went away, or with a certificate that nobody vouches for, too.
 */
const EXPECTED =
  /^Failed to load resource: |^WebSocket connection to '.*' failed: |^WebSocket is already in CLOSING |^An (unknown|SSL certificate) error occurred when fetching the script/

export const test = base.extend<{ maru: Maru; settings: Settings }>({
  settings: [{}, { option: true }],
  maru: async ({ browser, settings }, use) => {
    complaints.length = 0
    const maru = await Maru.start(settings)
    await use(maru)
    // Left open, they would try for a connection until the last test.
    await Promise.all(browser.contexts().map((context) => context.close()))
    await maru.stop()
    expect(complaints).toEqual([])
  },
})

/** Errors in the console, what the policy for content or trusted types refuses, and requests to other hosts. */
function noteComplaints(page: Page, maru: Maru): void {
  page.on('console', (line) => {
    const isError = line.type() === 'error' || /Content Security Policy|TrustedHTML|TrustedScript/.test(line.text())
    if (isError && !EXPECTED.test(line.text())) {
      const { url, lineNumber } = line.location()
      complaints.push(`${line.text()} (${url}:${lineNumber})`)
    }
  })
  page.on('pageerror', (error) => complaints.push(`${error.name}: ${error.message} ${error.stack ?? ''}`))
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (!['data:', 'blob:'].includes(protocol) && origin !== maru.url) complaints.push(`asked for ${request.url()}`)
  })
}

export { expect }

/** Somebody with a browser of their own. */
export class Person {
  constructor(
    readonly page: Page,
    readonly name: string,
  ) {}

  static async in(browser: Browser, maru: Maru, name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ baseURL: maru.home, ...options })
    // Every page of it, other tabs included.
    context.on('page', (page) => noteComplaints(page, maru))
    const page = await context.newPage()
    if (SLOWDOWN > 1) {
      const processor = await context.newCDPSession(page)
      await processor.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
    }
    return new Person(page, name)
  }

  async setUp(maru: Maru): Promise<void> {
    await this.page.goto(`setup#${maru.setupToken}`)
    await this.fillAccount()
    await this.page.getByRole('button', { name: 'Create account and start' }).click()
    await expect(this.room('General')).toBeVisible()
  }

  /**
   * The browser's "back". What was just closed by hand still takes back its own entry of the history, which no hand is as
   * quick as: both at once would be one step.
   */
  async back(): Promise<void> {
    await this.page.waitForFunction(() => {
      const isMarked = (history.state as { covered?: boolean } | null)?.covered === true
      return !isMarked || document.querySelector('dialog[open], :popover-open') !== null
    })
    await this.page.goBack()
  }

  /** The same person in another tab of the same browser. */
  async anotherTab(): Promise<Person> {
    const page = await this.page.context().newPage()
    await page.goto('./')
    const other = new Person(page, this.name)
    await expect(other.room('General')).toBeVisible()
    return other
  }

  /** An invite link, made in the dialog. */
  async invite(): Promise<string> {
    await this.page.getByRole('button', { name: 'Invite people to Maru' }).click()
    await this.page.getByRole('button', { name: 'Create link' }).click()
    const link = await this.page.getByLabel('Invite link').inputValue()
    await this.page.keyboard.press('Escape')
    return link
  }

  async accept(link: string): Promise<void> {
    await this.page.goto(link)
    await this.fillAccount()
    await this.page.getByRole('button', { name: 'Join', exact: true }).click()
    await expect(this.room('General')).toBeVisible()
  }

  async logIn(): Promise<void> {
    await this.page.goto('./')
    await this.page.getByLabel('Username').fill(this.name.toLowerCase())
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await this.page.getByRole('button', { name: 'Log in' }).click()
    await expect(this.room('General')).toBeVisible()
  }

  private async fillAccount(): Promise<void> {
    await this.page.getByLabel('Name', { exact: true }).fill(this.name)
    await this.page.getByLabel('Username').fill(this.name.toLowerCase())
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  }

  room(name: string): Locator {
    return this.page.getByRole('navigation').getByRole('link', { name })
  }

  async open(room: string): Promise<void> {
    await this.room(room).click()
    await this.isIn(room)
  }

  async createRoom(name: string, kind: 'Everybody' | 'Only invited people' = 'Everybody'): Promise<void> {
    await this.page.getByRole('button', { name: 'Create a room' }).click()
    await this.page.getByLabel('Name', { exact: true }).fill(name)
    await this.page.getByText(kind, { exact: true }).click()
    await this.page.getByRole('button', { name: 'Create', exact: true }).click()
    await this.isIn(name)
  }

  /** Waits until the room is the open one: what is typed before goes to the room before. */
  private async isIn(room: string): Promise<void> {
    await expect(this.page.getByPlaceholder(`Message to ${room}`)).toBeVisible()
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' })
  }

  get log(): Locator {
    return this.page.getByRole('log')
  }

  message(text: string): Locator {
    return this.log.getByRole('article').filter({ hasText: text })
  }

  /** The room that is open, by its address. */
  get roomId(): string {
    return /rooms\/(\w+)/.exec(this.page.url())?.[1] ?? ''
  }

  /** Waits until the list of messages hears its keys. */
  async untilListening(): Promise<void> {
    await expect(this.page.locator('[role=log] + span[tabindex]')).toBeAttached()
  }

  /** Waits until what the client needs is there that it cannot come by without a network. */
  async untilSettled(): Promise<void> {
    for (const part of ['.banner', '.toasts']) await expect(this.page.locator(part)).toBeAttached()
    await this.untilKept()
  }

  /** Waits until the next start without a network shows these texts. */
  async untilKnown(...texts: string[]): Promise<void> {
    await this.untilSettled()
    for (const text of texts) await expect.poll(() => keptIn(this.page)).toContain(text)
  }

  /** Waits until the client's files are kept, so that it starts without a network. */
  private async untilKept(): Promise<void> {
    await this.page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready
      if (active?.state !== 'activated') {
        await new Promise((done) => active?.addEventListener('statechange', done, { once: true }))
      }
    })
  }

  /** Sends a message, and waits until `shown` of it stands in the room and the server has it. */
  async send(text: string, shown = text): Promise<void> {
    await this.composer.fill(text)
    // On a phone Enter alone breaks the line.
    await this.composer.press('Control+Enter')
    await expect(this.message(shown)).toHaveCount(1)
    await expect(this.message(shown).getByText('Sending…')).toHaveCount(0)
  }
}

/** Presses a button of the bar over a message. What comes in meanwhile may move the message away from the pointer. */
export async function press(message: Locator, button: string | RegExp): Promise<void> {
  await expect(async () => {
    await message.hover()
    await message.getByRole('button', { name: button, exact: true }).first().click({ timeout: 2000 })
  }).toPass()
}

/** Keeps a finger on a message, or a part of it, until there is a menu. */
export async function hold(message: Locator): Promise<void> {
  const page = message.page()
  const finger = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    finger.send('Input.dispatchTouchEvent', { type, touchPoints })
  await expect(async () => {
    // Where it can be touched, once it has come to rest.
    await message.tap({ trial: true })
    const { x, y } = await placeOf(message)
    await touch('touchStart', [{ x: x + 8, y: y + 8 }])
    try {
      await expect(page.getByRole('menu')).toBeVisible({ timeout: 3000 })
    } finally {
      await touch('touchEnd', [])
    }
  }).toPass()
  await finger.detach()
}

/** Chooses something in the menu of a message. */
export async function choose(message: Locator, ...items: string[]): Promise<void> {
  await press(message, 'More')
  for (const name of items) await message.page().getByRole('menuitem', { name }).click()
}

/** What something copies. */
export async function copiedBy(page: Page, copy: () => Promise<void>): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(''))
  await copy()
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(copied).not.toBe('')
  return copied()
}

/** The address of a message, as its menu copies it. */
export function linkTo(message: Locator): Promise<string> {
  return copiedBy(message.page(), () => choose(message, 'Copy link'))
}

/** Where something stands once it has come to rest. */
export async function placeOf(element: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  let place = await element.boundingBox()
  await expect
    .poll(async () => {
      const before = place
      place = await element.boundingBox()
      return place !== null && JSON.stringify(place) === JSON.stringify(before)
    })
    .toBe(true)
  return place ?? { x: 0, y: 0, width: 0, height: 0 }
}

/** Mina, who set the server up, and Joon, whom she invited; each with a browser of their own. */
export async function twoPeople(browser: Browser, maru: Maru): Promise<{ mina: Person; joon: Person }> {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const joon = await Person.in(browser, maru, 'Joon')
  await joon.accept(await mina.invite())
  return { mina, joon }
}
