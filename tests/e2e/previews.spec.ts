// What is behind a link: shown under its message, without anybody's browser asking another site, and taken off.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { choose, expect, Person, PHONE, placeOf, test as base, twoPeople } from './people.js'

/** 64 × 64, orange. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsItjHGMbywi+hcEKLNP1WgQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQELgt3+gEt40cuyQAAAABJRU5ErkJggg==',
  'base64',
)

/** A web site that counts who asks. */
class Site {
  readonly asked: string[] = []
  private readonly server: Server = createServer((request, response) => {
    this.asked.push(request.url ?? '')
    const isPicture = request.url?.endsWith('.png')
    response.setHeader('Content-Type', isPicture ? 'image/png' : 'text/html; charset=utf-8')
    const title = decodeURIComponent(request.url?.slice(1) ?? '')
    const page = `<title>${title}</title><meta name="description" content="All about ${title}"><meta property="og:image" content="/a.png">`
    response.end(isPicture ? PICTURE : page)
  })

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${path}`
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve))
  }
}

const test = base.extend<{ site: Site }>({
  // eslint-disable-next-line no-empty-pattern
  site: async ({}, use) => {
    const site = new Site()
    await site.start()
    await use(site)
    await site.stop()
  },
})

test.use({ settings: { MARU_LINK_PREVIEW_ALLOW: '127.0.0.1' } })

const card = (person: Person, title: string): Locator => person.log.getByRole('listitem').filter({ hasText: `All about ${title}` })

test('a link shows what is behind it, and its author takes that off', async ({ browser, maru, site }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await joon.send(`minutes: ${site.url('minutes')}`, 'minutes:')
  for (const person of [mina, joon]) {
    await expect(card(person, 'minutes').getByRole('link')).toHaveAttribute('rel', 'noopener noreferrer')
    const picture = person.message('minutes:').getByRole('listitem').locator('img')
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
    expect(new URL(await picture.evaluate((image: HTMLImageElement) => image.src)).origin).toBe(maru.url)
  }
  // Requests of browsers to other hosts fail every test; the server asked once for each.
  expect(site.asked).toEqual(['/minutes', '/a.png'])
  await expectAccessible(mina.page)

  // It has its place before it is there.
  await joon.send('said after it')
  const { height } = await placeOf(mina.message('minutes:'))
  await mina.page.reload()
  await expect(card(mina, 'minutes')).toBeVisible()
  await expect.poll(async () => (await mina.message('minutes:').boundingBox())?.height).toBe(height)

  await choose(joon.message('minutes:'), 'Copy link')
  await expect(joon.page.getByText('Copied', { exact: true })).toBeVisible()
  await joon.message('minutes:').getByRole('listitem').hover()
  await joon.message('minutes:').getByRole('button', { name: 'Remove preview' }).click()
  for (const person of [mina, joon]) await expect(card(person, 'minutes')).toHaveCount(0)
  await expect(joon.message('minutes:')).toBeFocused()
  await expect(joon.message('minutes:')).not.toContainText('edited')

  // By mistake. Notes that come and go beside it leave the focus where it is.
  await expect(joon.page.locator('.toasts')).toHaveCSS('display', 'flex')
  const undo = joon.page.getByRole('button', { name: 'Undo' })
  await undo.focus()
  await expect(joon.page.getByText('Copied', { exact: true })).toHaveCount(0)
  await expect(undo).toBeFocused()
  await undo.press('Enter')
  for (const person of [mina, joon]) await expect(card(person, 'minutes')).toBeVisible()
  await expect(joon.page.getByText('The preview was removed.')).toHaveCount(0)
  expect(site.asked).toEqual(['/minutes', '/a.png'])
})

test('a room without previews shows none, and who did not write a message takes nothing off', async ({ browser, maru, site }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send(`first ${site.url('first')}`, 'first')
  await expect(card(joon, 'first')).toBeVisible()
  await joon.message('first').getByRole('listitem').hover()
  await expect(joon.page.getByRole('button', { name: 'Remove preview' })).toHaveCount(0)

  await mina.page.getByRole('button', { name: 'Room menu' }).click()
  await mina.page.getByRole('menuitem', { name: 'Edit room' }).click()
  await mina.page.getByLabel('Show what links lead to').uncheck()
  await expectAccessible(mina.page)
  await mina.page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(mina.page.getByRole('dialog')).toHaveCount(0)
  await mina.send(`second ${site.url('second')}`, 'second')

  await mina.page.getByRole('button', { name: 'Room menu' }).click()
  await mina.page.getByRole('menuitem', { name: 'Edit room' }).click()
  await expect(mina.page.getByLabel('Show what links lead to')).not.toBeChecked()
  await mina.page.getByLabel('Show what links lead to').check()
  await mina.page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(mina.page.getByRole('dialog')).toHaveCount(0)
  await mina.send(`third ${site.url('third')}`, 'third')
  await expect(card(joon, 'third')).toBeVisible()
  await expect(card(joon, 'second')).toHaveCount(0)
  expect(site.asked).not.toContain('/second')
})

test('either of two people switches the previews of what they say to each other', async ({ browser, maru, site }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.page.getByRole('button', { name: 'New message' }).click()
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Joon' }).click()
  await mina.page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect(mina.page.getByPlaceholder('Message to Joon')).toBeVisible()
  await mina.send(`first ${site.url('first')}`, 'first')
  await joon.open('Mina')
  await expect(card(joon, 'first')).toBeVisible()

  const choose = async (person: Person, name: string) => {
    await person.page.getByRole('button', { name: 'Room menu' }).click()
    await person.page.getByRole('menuitem', { name }).click()
  }
  await choose(joon, 'Do not show what links lead to')
  await mina.page.getByRole('button', { name: 'Room menu' }).click()
  await expect(mina.page.getByRole('menuitem', { name: 'Show what links lead to', exact: true })).toBeVisible()
  await mina.page.keyboard.press('Escape')
  await mina.send(`second ${site.url('second')}`, 'second')
  await choose(mina, 'Show what links lead to')
  await mina.send(`third ${site.url('third')}`, 'third')
  await expect(card(joon, 'third')).toBeVisible()
  await expect(card(joon, 'second')).toHaveCount(0)
  expect(site.asked).not.toContain('/second')
})

test('on a phone, in the dark, a preview fits and can be taken off by a finger', async ({ browser, maru, site }) => {
  const mina = await Person.in(browser, maru, 'Mina', { ...PHONE, colorScheme: 'dark' })
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send(`a picture ${site.url('a.png')}`, 'a picture')
  await mina.send(`news ${site.url(encodeURIComponent('오늘의 소식을 아주 길게 적은 제목 '.repeat(8)))}`, 'news')
  const shown = mina.message('news').getByRole('listitem')
  await expect(shown).toContainText('오늘의 소식')
  await expect(mina.message('a picture').getByRole('listitem').locator('img')).toBeVisible()
  const scrolls = await mina.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  expect(scrolls).toBe(false)
  await expectAccessible(mina.page)
  const remove = shown.getByRole('button', { name: 'Remove preview' })
  const { width, height } = await placeOf(remove)
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(44)
  await remove.tap()
  await expect(shown).toHaveCount(0)
})
