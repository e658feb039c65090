// Logging in with a second factor, from the first QR code to the day the phone is gone.

import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { keptIn } from './kept.js'
import type { Maru } from './maru.js'
import { expect, PASSWORD, Person, PHONE, test, twoPeople } from './people.js'
import { wordsIn } from './words.js'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** An app on a phone that was told a key. */
class App {
  recoveryCodes: string[] = []
  private readonly secret: Buffer

  constructor(key: string) {
    const letters = [...key.replaceAll(/\s/g, '')]
    const bits = letters.map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('')
    this.secret = Buffer.from(bits.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? [])
  }

  /** What it shows now, or so many half minutes later: a server takes the next one, too, and none twice. */
  code(later = 0): string {
    const step = Buffer.alloc(8)
    step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later))
    const tag = createHmac('sha1', this.secret).update(step).digest()
    const at = (tag.at(-1) ?? 0) & 15
    return String((tag.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, '0')
  }
}

async function openSecurity(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Your account' }).click()
  await page.getByRole('menuitem', { name: 'Settings' }).click()
  await page.getByRole('tab', { name: 'Security' }).click()
}

/** From the key on: what follows is the same in the settings and where it is required. */
async function scanAndConfirm(page: Page): Promise<App> {
  await expect(page.getByRole('img', { name: 'QR code for an authenticator app' })).toBeVisible()
  const app = new App((await page.locator('code').textContent()) ?? '')
  // The sixth digit sends it.
  await page.getByLabel('Code from the app').pressSequentially(app.code())
  const codes = page.getByRole('group', { name: 'Save your recovery codes' })
  await expect(codes.getByRole('listitem')).toHaveCount(10)
  app.recoveryCodes = await codes.getByRole('listitem').allTextContents()
  return app
}

async function turnOn(person: Person): Promise<App> {
  const { page } = person
  await openSecurity(page)
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.getByLabel('Your password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
  const app = await scanAndConfirm(page)
  await page.getByRole('button', { name: 'I have saved them' }).click()
  await expect(page.getByText('10 recovery codes left')).toBeVisible()
  await page.keyboard.press('Escape')
  return app
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Your account' }).click()
  await page.getByRole('menuitem', { name: 'Log out' }).click()
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible()
}

/** Has a team ask for a second factor of some of its people. */
async function requireOf(page: Page, who: string): Promise<void> {
  await page.getByRole('button', { name: 'Your account' }).click()
  await page.getByRole('menuitem', { name: 'Administration' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Settings', exact: true }).click()
  await page.getByLabel('Who needs two-factor login').selectOption(who)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
}

/** The next answer to who turns it on gets lost on its way. */
async function loseAnswer(page: Page): Promise<void> {
  await page.route(
    '**/auth/two-factor/on',
    async (route) => {
      await route.fetch()
      await route.abort()
    },
    { times: 1 },
  )
}

/** The first step of a login. */
async function enter(page: Page, name: string): Promise<void> {
  await page.getByLabel('Username').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** Somebody of a team who has a second factor, and no open page. */
async function somebodyWithApp(browser: Browser, maru: Maru): Promise<{ mina: Person; app: App }> {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const app = await turnOn(mina)
  return { mina, app }
}

test('it is set up by a QR code, asked for at each login, and turned off', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const { page } = mina
  await openSecurity(page)
  await expect(page.getByText('a login asks for a code')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.getByLabel('Your password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText('This is not your password.')).toBeVisible()
  await page.getByLabel('Your password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('img', { name: 'QR code for an authenticator app' })).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Code from the app').pressSequentially('000000')
  await expect(page.getByText('This code is wrong')).toBeVisible()
  const app = await scanAndConfirm(page)
  await expectAccessible(page)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download' }).click()
  const file = await download
  expect(file.suggestedFilename()).toBe('Recovery codes of mina for Maru.txt')
  expect(await readFile(await file.path(), 'utf8')).toContain(app.recoveryCodes.join('\n'))
  await page.getByRole('button', { name: 'I have saved them' }).click()
  await expect(page.getByText('10 recovery codes left')).toBeVisible()
  await page.keyboard.press('Escape')

  await logOut(page)
  await enter(page, 'mina')
  const field = page.getByLabel('Code from the app')
  await expect(field).toBeFocused()
  await expect(field).toHaveAttribute('autocomplete', 'one-time-code')
  await expect(field).toHaveAttribute('inputmode', 'numeric')
  await expectAccessible(page)
  await field.pressSequentially('000000')
  await expect(page.getByText('This code is wrong')).toBeVisible()
  await expect(field).toHaveValue('')
  // Pasted as an app shows it, with a blank in its middle.
  const shown = app.code(1)
  await page.evaluate((text) => navigator.clipboard.writeText(text), `${shown.slice(0, 3)} ${shown.slice(3)}`)
  await field.focus()
  await page.keyboard.press('Control+v')
  await expect(mina.room('General')).toBeVisible()

  await openSecurity(page)
  await page.getByRole('button', { name: 'Turn off' }).click()
  await page.getByLabel('Your password', { exact: true }).fill(PASSWORD)
  await page.getByLabel('Code from the app or a recovery code').fill(app.recoveryCodes[0] ?? '')
  await page.getByRole('button', { name: 'Turn off' }).click()
  await expect(page.getByRole('button', { name: 'Turn on' })).toBeVisible()
  await page.keyboard.press('Escape')
  await logOut(page)
  await enter(page, 'mina')
  await expect(mina.room('General')).toBeVisible()
})

test('a recovery code lets in where the phone is gone, and new ones replace the old', async ({ browser, maru }) => {
  const { mina, app } = await somebodyWithApp(browser, maru)
  const { page } = mina
  await logOut(page)
  await enter(page, 'mina')
  await page.getByRole('button', { name: 'Back to the login' }).click()
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible()
  await enter(page, 'mina')
  await page.getByRole('button', { name: 'Use a recovery code instead' }).click()
  const field = page.getByLabel('Recovery code')
  await expect(field).toBeFocused()
  await expectAccessible(page)
  const typed = (app.recoveryCodes[0] ?? '').toLowerCase().replaceAll('-', ' ')
  await field.fill(typed)
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(mina.room('General')).toBeVisible()
  await openSecurity(page)
  await expect(page.getByText('9 recovery codes left')).toBeVisible()
  await page.getByRole('button', { name: 'New recovery codes' }).click()
  await page.getByLabel('Your password', { exact: true }).fill(PASSWORD)
  await page.getByLabel('Code from the app or a recovery code').fill(app.code(1))
  await page.getByRole('button', { name: 'New recovery codes' }).click()
  const codes = page.getByRole('group', { name: 'Save your recovery codes' }).getByRole('listitem')
  await expect(codes).toHaveCount(10)
  expect(await codes.allTextContents()).not.toContain(app.recoveryCodes[1])
  await page.getByRole('button', { name: 'I have saved them' }).click()
  await expect(page.getByText('10 recovery codes left')).toBeVisible()
})

test('where it is required, who has none sets it up before anything else', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await requireOf(mina.page, 'Everybody')
  await expect(mina.page.getByText('Turn on two-factor login for yourself first')).toBeVisible()
  await mina.page.keyboard.press('Escape')
  await turnOn(mina)
  await requireOf(mina.page, 'Everybody')
  await expect(mina.page.getByRole('dialog').getByText('Saved', { exact: true })).toBeVisible()
  await expectAccessible(mina.page)

  await expect(joon.page.getByText('You were logged out.')).toBeVisible()
  await enter(joon.page, 'joon')
  // The password was typed a moment ago.
  await expect(joon.page.getByRole('heading', { name: 'Set up two-factor login' })).toBeVisible()
  await expect(joon.page.getByRole('img', { name: 'QR code for an authenticator app' })).toBeVisible()
  await expectAccessible(joon.page)
  await joon.page.reload()
  await joon.page.getByLabel('Your password', { exact: true }).fill(PASSWORD)
  await joon.page.getByRole('button', { name: 'Continue' }).click()
  await scanAndConfirm(joon.page)
  await joon.page.getByRole('button', { name: 'I have saved them' }).click()
  await expect(joon.room('General')).toBeVisible()
  await openSecurity(joon.page)
  await expect(joon.page.getByText('Your team requires it')).toBeVisible()
  await expect(joon.page.getByRole('button', { name: 'Turn off' })).toHaveCount(0)

  await mina.page.getByRole('dialog').getByRole('button', { name: 'People', exact: true }).click()
  const entry = mina.page.getByRole('button', { name: '@joon' })
  await expect(entry.getByRole('img', { name: 'Logs in with a second factor' })).toBeVisible()
  await entry.click()
  await mina.page.getByRole('button', { name: 'Reset two-factor login' }).click()
  const question = mina.page.getByRole('dialog', { name: 'Reset Joon’s two-factor login?' })
  await question.getByRole('button', { name: 'Reset two-factor login' }).click()
  await expect(mina.page.getByText('Joon’s two-factor login was reset.')).toBeVisible()
  await expectAccessible(mina.page)
  await expect(joon.page.getByText('You were logged out.')).toBeVisible()
})

test('who is asked for one and logs out instead leaves nothing on the device', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  const { page } = joon
  await joon.open('General')
  const { roomId } = joon
  await joon.composer.fill('a draft of plans')
  await joon.untilSettled()
  await expect.poll(() => keptIn(page)).toContain('a draft of plans')
  await turnOn(mina)
  await requireOf(mina.page, 'Everybody')
  await expect(page.getByText('You were logged out.')).toBeVisible()
  await enter(page, 'joon')
  await expect(page.getByRole('heading', { name: 'Set up two-factor login' })).toBeVisible()
  expect(await keptIn(page)).toContain('a draft of plans')
  await page.getByRole('button', { name: 'Log out' }).click()
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible()
  for (const trace of ['plans', roomId]) await expect.poll(() => keptIn(page)).not.toContain(trace)
})

test('what was turned on while the answer got lost is said to be on, and new codes stay until they are saved', async ({
  browser,
  maru,
}) => {
  const { mina, joon } = await twoPeople(browser, maru)
  const { page } = mina
  await page.route('**/auth/two-factor', (route) => route.abort(), { times: 1 })
  await openSecurity(page)
  await expect(page.getByText('The server does not answer.')).toBeVisible()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('button', { name: 'Turn on' }).click()
  await expect(page.getByText('The server does not answer.')).toHaveCount(0)
  await page.route('**/auth/two-factor', (route) => route.abort(), { times: 1 })
  const password = page.getByLabel('Your password', { exact: true })
  await password.fill(PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText('The server does not answer.')).toBeVisible()
  await expect(password).toHaveValue(PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
  await loseAnswer(page)
  const app = new App((await page.locator('code').textContent()) ?? '')
  await page.getByLabel('Code from the app').pressSequentially(app.code())
  await expect(page.getByText('The server does not answer.')).toBeVisible()
  await page.getByLabel('Code from the app').pressSequentially(app.code())
  await expect(page.getByText('Two-factor login is on already.')).toBeVisible()
  await expect(page.getByText('10 recovery codes left')).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('button', { name: 'New recovery codes' }).click()
  await password.fill(PASSWORD)
  await page.getByLabel('Code from the app or a recovery code').fill(app.code(1))
  await page.getByRole('button', { name: 'New recovery codes' }).click()
  const codes = page.getByRole('group', { name: 'Save your recovery codes' })
  await expect(codes.getByRole('listitem')).toHaveCount(10)
  await page.keyboard.press('Escape')
  await page.mouse.click(5, 5)
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Close' })).toHaveCount(0)
  await expect(page.getByRole('tab', { name: 'Profile' })).toBeDisabled()
  await expect(codes).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'I have saved them' }).click()
  await expect(page.getByText('10 recovery codes left')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  await requireOf(page, 'Everybody')
  await enter(joon.page, 'joon')
  await loseAnswer(joon.page)
  const key = (await joon.page.locator('code').textContent()) ?? ''
  const field = joon.page.getByLabel('Code from the app')
  await field.pressSequentially(new App(key).code())
  await expect(joon.page.getByText('The server does not answer.')).toBeVisible()
  await field.pressSequentially(new App(key).code())
  await expect(joon.page.getByText('Two-factor login is on already.')).toBeVisible()
  await expect(joon.page.getByRole('tab', { name: 'Security', selected: true })).toBeVisible()
  await expect(joon.page.getByText('10 recovery codes left')).toBeVisible()
})

test('it speaks Korean, and fits a phone in the dark', async ({ browser, maru }) => {
  const { app } = await somebodyWithApp(browser, maru)
  const t = wordsIn('ko')
  const mina = await Person.in(browser, maru, 'Mina', { ...PHONE, locale: 'ko-KR', colorScheme: 'dark' })
  const { page } = mina
  await page.goto('./')
  const enterInKorean = async () => {
    await page.getByLabel(t('account.username')).fill('mina')
    await page.getByLabel(t('account.password'), { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: t('login.submit') }).click()
  }
  await enterInKorean()
  await expect(page.getByRole('heading', { name: t('login.code.title') })).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel(t('twoFactor.code')).pressSequentially('000000')
  await expect(page.getByText(t('twoFactor.wrongCode'))).toBeVisible()
  await page.getByRole('button', { name: t('login.code.useRecovery') }).click()
  await expectAccessible(page)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
  expect(overflow).toBe(false)
  await page.getByLabel(t('twoFactor.recovery')).fill(app.recoveryCodes[2] ?? '')
  await page.getByRole('button', { name: t('login.submit'), exact: true }).click()
  await expect(mina.room('General')).toBeVisible()
  await page.getByRole('button', { name: t('sidebar.account') }).click()
  await page.getByRole('menuitem', { name: t('account.settings'), exact: true }).click()
  await page.getByRole('tab', { name: t('settings.security') }).click()
  await expect(page.getByText(t('twoFactor.left', { n: 9 }))).toBeVisible()
  await expectAccessible(page)
})
