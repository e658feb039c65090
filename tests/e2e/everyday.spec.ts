// What people must feel, once through: on a desk and on a phone, in both languages, by day and by night.

import type { BrowserContextOptions, Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { Author, UNHURRIED } from './author.js'
import { expectGlowed, notePassing } from './passing.js'
import { expect, hold, Person, PHONE, press, test, twoPeople } from './people.js'
import { type Language, type Words, wordsIn } from './words.js'

test.use({ settings: UNHURRIED })

const DESK = { viewport: { width: 1440, height: 900 } }
const SMALL_PHONE = { ...PHONE, viewport: { width: 360, height: 640 } }

const WAYS: [string, Language, 'light' | 'dark', BrowserContextOptions][] = [
  ['a desk', 'en', 'light', DESK],
  ['a desk', 'ko', 'dark', DESK],
  ['a phone', 'ko', 'light', SMALL_PHONE],
  ['a phone', 'en', 'dark', PHONE],
]

/** Somebody who reads in one of the languages, and where things are for them. */
class Reader {
  readonly room: Locator
  readonly log: Locator
  readonly field: Locator

  constructor(
    readonly page: Person['page'],
    readonly t: Words,
    readonly isPhone: boolean,
  ) {
    this.room = page.getByRole('navigation').getByRole('link', { name: 'General' })
    this.log = page.getByRole('log')
    this.field = page.getByRole('textbox', { name: t('composer.label'), exact: true })
  }

  message(text: string): Locator {
    return this.log.getByRole('article').filter({ hasText: text })
  }

  button(key: Parameters<Words>[0], parameters?: Parameters<Words>[1]): Locator {
    return this.page.getByRole('button', { name: this.t(key, parameters), exact: true })
  }

  /** The menu of a message: by mouse, or by a finger that stays. */
  async openMenu(text: string): Promise<void> {
    if (!this.isPhone) {
      return press(this.message(text), this.t('app.more'))
    }
    // A reaction below has a list of its own.
    await hold(this.message(text).locator('.text'))
  }

  async send(text: string): Promise<void> {
    await this.field.fill(text)
    await this.button('composer.send').click()
    await expect(this.message(text)).toHaveCount(1)
  }
}

for (const [where, language, colorScheme, device] of WAYS) {
  test(`a day at ${where}, ${language}, ${colorScheme}`, async ({ browser, maru }) => {
    test.slow()
    const { mina, joon } = await twoPeople(browser, maru)
    await joon.open('General')
    const author = await Author.as(maru, 'joon')
    const roomId = joon.roomId
    const storageState = await mina.page.context().storageState()
    await mina.page.close()
    for (let n = 1; n <= 70; n += 1) await author.write(roomId, `note no. ${n}.`)

    const locale = language === 'ko' ? 'ko-KR' : 'en-US'
    const { page } = await Person.in(browser, maru, 'Mina', { ...device, locale, colorScheme, storageState })
    const t = wordsIn(language)
    const me = new Reader(page, t, where === 'a phone')
    await notePassing(page)
    await page.goto('/')

    // 11, 12: the list says what is new; so does the title.
    await expect(me.room).toContainText(t('sidebar.unreadCount', { n: 70 }))
    await expect(page).toHaveTitle(/^\(70\) /)
    await expect(page.locator('link[rel="icon"]')).toHaveAttribute('href', /^data:image\/svg/)
    if (me.isPhone) {
      await expectAccessible(page)
      await me.room.click()
    }

    // 3: reading begins where it ended, and a pill leads to the end.
    await expect(me.message('note no. 1.')).toBeInViewport()
    await expect(page.getByRole('separator').filter({ hasText: t('message.new') })).toBeInViewport()
    await expectAccessible(page)
    await page.getByRole('button', { name: t('message.toEnd') }).click()
    await expect(me.message('note no. 70.')).toBeInViewport()
    await expect(page).not.toHaveTitle(/^\(/)

    // 4: one head for several messages, a day above them, and times that age.
    const recent = me.log.getByRole('article').filter({ has: page.locator('time') })
    expect(await recent.count()).toBeLessThan(await me.log.getByRole('article').count())
    await expect(me.log.locator('time').first()).toHaveText(/\d/)

    // 1, 2: it stands there at once, with a network and without.
    await me.send('first of all')
    await new Person(page, 'Mina').untilSettled()
    await page.context().setOffline(true)
    await expect(page.getByText(t('connection.offline'))).toBeVisible()
    await me.send('from the tunnel')
    await expect(joon.message('from the tunnel')).toHaveCount(0)
    await page.context().setOffline(false)
    await expect(joon.message('from the tunnel')).toHaveCount(1)
    await expect(page.getByText(t('connection.offline'))).toBeHidden()

    // 8: who types, and who has read.
    await expect(page.getByRole('button', { name: t('room.readBy', { names: t('member.honorific', { name: 'Joon' }) }) })).toBeVisible()
    await joon.composer.pressSequentially('On it')
    await expect(page.getByText(t('typing.one', { name: 'Joon' }))).toBeVisible()
    await joon.composer.press('Enter')
    await expect(me.message('On it')).toBeInViewport()

    // 6: what a message offers.
    await me.openMenu('On it')
    await expectAccessible(page)
    await page.getByRole('menuitem', { name: '👍' }).click()
    const reaction = me.message('On it').locator('button[aria-pressed=true]')
    await expect(reaction).toContainText('👍')
    await me.openMenu('On it')
    await page.getByRole('menuitem', { name: t('message.reply'), exact: true }).click()
    await expect(page.getByText(t('message.replyTo', { name: 'Joon' }))).toBeVisible()

    await expect(me.field).toBeFocused()

    // 9: names and emoji complete.
    await me.field.pressSequentially('@jo')
    await expect(page.getByRole('option')).toHaveCount(1)
    await me.field.press('Enter')
    await me.field.pressSequentially(language === 'ko' ? ':웃' : ':grin')
    await expect(page.getByRole('option').first()).toBeVisible()
    await expectAccessible(page)
    await me.field.press('Escape')
    await me.field.fill('@joon thank you')
    await me.button('composer.send').click()
    await expect(me.message('thank you').getByRole('link', { name: 'On it' })).toBeVisible()
    await joon.composer.press('ArrowUp')
    await joon.log.getByRole('textbox').fill('On it now')
    await joon.page.keyboard.press('Enter')
    await expect(me.message('thank you').getByRole('link', { name: 'On it now' })).toBeVisible()

    // 7: a draft is marked, and waits.
    await me.field.fill('half a thou')
    if (me.isPhone) {
      await page.goBack()
      await expect(me.room.getByRole('img', { name: t('sidebar.draft') })).toBeVisible()
      await me.room.click()
    } else {
      await page.reload()
    }
    await expect(me.field).toHaveValue('half a thou')
    await me.field.fill('')

    // 10: what was said is found, and shown where it stands.
    await page.getByRole('button', { name: t('search.inRoom'), exact: true }).click()
    const panel = page.getByRole('search')
    await panel.getByRole('combobox').fill('"no. 12"')
    await expect(panel.getByRole('option')).toHaveCount(1)
    await expect(panel.locator('mark').first()).toBeVisible()
    await expectAccessible(page)
    await panel.getByRole('combobox').press('Enter')
    await expect(me.message('note no. 12.')).toBeInViewport()
    await expectGlowed(page, 'note no. 12.')

    // 5: everywhere by keyboard, or by the field that does the same.
    if (me.isPhone) {
      await page.goto('/')
      await page.getByRole('button', { name: t('sidebar.jump') }).click()
    } else {
      await page.keyboard.press('Control+k')
    }
    const switcher = page.getByRole('dialog')
    await switcher.getByRole('combobox').fill('joo')
    await expect(switcher.getByRole('option').first()).toContainText('@joon')
    await switcher.getByRole('option').first().click()
    await expect(page.getByRole('heading', { level: 1, name: 'Joon' })).toBeVisible()
    await expect(page.getByText(t('room.start.direct', { name: 'Joon' }))).toBeVisible()
    await expectAccessible(page)

    // 12: nothing sticks out.
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
    await expect(page.locator('html')).toHaveAttribute('lang', language)
    expect(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(colorScheme === 'dark')
  })
}
