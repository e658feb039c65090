// Voice messages: recorded with the browser's microphone, seen before they are loaded, and heard.

import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { UNHURRIED } from './author.js'
import { expect, Person, PHONE, placeOf, test, twoPeople } from './people.js'
import { block, chips } from './uploads.js'

test.use({
  settings: UNHURRIED,
  permissions: ['clipboard-read', 'clipboard-write', 'microphone'],
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // A microphone that beeps once a second, and a browser that lets pages hear it.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  },
})

const microphone = ({ page }: Person): Locator => page.getByRole('button', { name: 'Record a voice message' }).first()
const recorder = ({ page }: Person): Locator => page.getByRole('group', { name: 'Voice message', exact: true })
const players = (within: Person | Locator): Locator =>
  ('log' in within ? within.log : within).getByRole('group', { name: /^Voice message \(\d:\d\d\)$/ })
const slider = (player: Locator): Locator => player.getByRole('slider')

/** How long something was recorded: at least so many seconds, and more where a test is slow. */
const lasting = (seconds: number): RegExp => new RegExp(`Voice message \\(0:(0[${seconds}-9]|[1-5]\\d)\\)`)

/** Records until the clock says at least so many seconds. */
async function record(person: Person, seconds: number): Promise<void> {
  await microphone(person).click()
  await recorded(person, seconds)
}

async function recorded(person: Person, seconds: number): Promise<void> {
  const clock = recorder(person).getByRole('timer')
  await expect.poll(async () => Number((await clock.innerText()).replace(':', ''))).toBeGreaterThanOrEqual(seconds)
}

/** How high each bar of a waveform is, in its own units. */
function bars(player: Locator): Promise<number[]> {
  const path = slider(player).locator('path').first()
  return path.evaluate((element) =>
    [...(element.getAttribute('d') ?? '').matchAll(/M[\d.]+ ([\d.]+)V([\d.]+)/g)].map(([, top, bottom]) => Number(bottom) - Number(top)),
  )
}

test('what is said is sent by keyboard, seen before it is loaded, and heard from any place', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  const asked: string[] = []
  joon.page.on('request', (request) => request.url().includes('/api/v1/files/') && asked.push(request.url()))

  await microphone(mina).focus()
  await mina.page.keyboard.press('Enter')
  await expect(recorder(mina)).toBeFocused()
  await expectAccessible(mina.page)
  await recorded(mina, 2)
  await mina.page.keyboard.press('Space')
  await expect(recorder(mina).getByRole('button', { name: 'Go on (Space)' })).toBeVisible()
  const paused = await recorder(mina).getByRole('timer').innerText()
  await mina.page.keyboard.press('Space')
  await expect(recorder(mina).getByRole('timer')).not.toHaveText(paused)
  await recorded(mina, 4)
  await mina.page.keyboard.press('Enter')
  await expect(recorder(mina)).toBeHidden()
  await expect(mina.composer).toBeFocused()

  const player = players(joon)
  await expect(player).toHaveAccessibleName(lasting(4))
  await expect.poll(async () => new Set(await bars(player)).size).toBeGreaterThan(2)
  expect(asked).toEqual([])
  await expectAccessible(joon.page)

  await expect(slider(player)).toHaveAttribute('aria-valuenow', '0')
  await player.getByRole('button', { name: 'Play' }).click()
  await expect(player.getByRole('button', { name: 'Pause' })).toBeVisible()
  await expect(slider(player)).not.toHaveAttribute('aria-valuenow', '0')
  await player.getByRole('button', { name: 'Pause' }).click()
  await expect(player.getByRole('button', { name: 'Play' })).toBeVisible()
  await slider(player).focus()
  await joon.page.keyboard.press('Home')
  await expect(slider(player)).toHaveAttribute('aria-valuetext', /^0:00 of 0:\d\d$/)
  for (const key of ['ArrowRight', 'ArrowUp', 'ArrowRight', 'ArrowLeft']) await joon.page.keyboard.press(key)
  await expect(slider(player)).toHaveAttribute('aria-valuenow', '2')
  // From there it plays to its end, and is at its beginning again.
  await player.getByRole('button', { name: 'Speed: 1×' }).click()
  await player.getByRole('button', { name: 'Play' }).click()
  await expect(player.getByRole('button', { name: 'Speed: 1.5×' })).toBeVisible()
  await expect(slider(player)).toHaveAttribute('aria-valuenow', '0')
  await expect(player.getByRole('button', { name: 'Play' })).toBeVisible()
  // A finger on the waveform goes there.
  const { x, y, width, height } = await placeOf(slider(player))
  const length = Number(await slider(player).getAttribute('aria-valuemax'))
  await joon.page.mouse.click(x + width * 0.85, y + height / 2)
  await expect.poll(async () => Number(await slider(player).getAttribute('aria-valuenow')) / length).toBeGreaterThan(0.5)
  // The whole is sought in by the server's ranges, under its own type.
  const answer = await joon.page.request.get(asked[0] ?? '', { headers: { range: 'bytes=0-99' } })
  expect([answer.status(), answer.headers()['content-type']]).toEqual([206, 'audio/webm'])
})

test('one is heard at a time, also while its listener is elsewhere', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.createRoom('elsewhere')
  await mina.open('General')
  for (const [count, seconds] of [
    [1, 6],
    [2, 14],
  ] as const) {
    await record(mina, seconds)
    await recorder(mina).getByRole('button', { name: 'Send voice message (Enter)' }).click()
    await expect(players(mina)).toHaveCount(count)
  }
  const [first, second] = [players(mina).first(), players(mina).last()]
  await first.getByRole('button', { name: 'Play' }).click()
  await expect(slider(first)).not.toHaveAttribute('aria-valuenow', '0')
  await second.getByRole('button', { name: 'Play' }).click()
  await expect(second.getByRole('button', { name: 'Pause' })).toBeVisible()
  await expect(first.getByRole('button', { name: 'Play' })).toBeVisible()
  // Where the first one was left, it stays.
  expect(Number(await slider(first).getAttribute('aria-valuenow'))).toBeGreaterThan(0)
  await mina.open('elsewhere')
  await mina.open('General')
  await expect(second.getByRole('button', { name: 'Pause' })).toBeVisible()
  await expect(slider(second)).not.toHaveAttribute('aria-valuenow', '0')
  // Recording makes it silent.
  await record(mina, 1)
  await expect(players(mina).getByRole('button', { name: 'Pause' })).toHaveCount(0)
  // It did not just come to its end, from where it would begin anew.
  expect(Number(await slider(second).getAttribute('aria-valuenow'))).toBeGreaterThan(0)
})

test('a recording is discarded, taken back, attached to what was written, and kept when its room is left', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.createRoom('elsewhere')
  await mina.open('General')
  // Too short to be missed.
  await microphone(mina).click()
  await expect(recorder(mina).getByRole('timer')).toBeVisible()
  await mina.page.keyboard.press('Escape')
  await expect(recorder(mina)).toBeHidden()
  await expect(mina.page.getByText('The recording was discarded.')).toHaveCount(0)
  await record(mina, 3)
  await mina.page.keyboard.press('Escape')
  await mina.page.getByText('The recording was discarded.').getByRole('button', { name: 'Undo' }).click()
  await expect(chips(mina)).toHaveText(lasting(3))
  await mina.page.getByRole('button', { name: /^Remove Voice message/ }).click()
  await expect(chips(mina)).toHaveCount(0)

  await mina.composer.fill('half a thought')
  await record(mina, 1)
  await recorder(mina).getByRole('button', { name: 'Attach to the message (Enter)' }).click()
  await expect(chips(mina)).toHaveText(lasting(1))
  await expect(mina.composer).toHaveValue('half a thought')
  await mina.composer.press('Enter')
  await expect(players(mina.message('half a thought'))).toHaveCount(1)

  await record(mina, 1)
  await mina.open('elsewhere')
  await expect(mina.page.getByText('Your recording is attached in General.')).toBeVisible()
  await mina.open('General')
  await expect(chips(mina)).toHaveText(lasting(1))
  await mina.composer.press('Enter')
  await expect(players(mina)).toHaveCount(2)
  // It is listed with the files of its room, and found by what it is.
  await mina.page.getByRole('main').getByRole('button', { name: 'Files', exact: true }).click()
  const files = mina.page.getByRole('region', { name: 'Files', exact: true })
  await files.getByText('Audio', { exact: true }).click()
  await expect(files.getByRole('listitem')).toHaveCount(2)
  await expect(files.getByRole('listitem').first()).toContainText(/Voice message \(0:\d\d\)/)
})

test('what was recorded outlives a network that breaks, and an upload that is refused', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  // Nothing of it may be asked for at the first moment without a network.
  await record(mina, 1)
  await mina.page.keyboard.press('Escape')
  const unblock = await block(mina.page)
  await record(mina, 2)
  await mina.page.keyboard.press('Enter')
  await expect(chips(mina)).toContainText('Waiting for the connection…')
  await unblock()
  await expect(players(joon)).toHaveCount(1)
  await expect(chips(mina)).toHaveCount(0)

  const permit = await block(mina.page, 500)
  await record(mina, 2)
  await mina.page.keyboard.press('Enter')
  await expect(chips(mina)).toContainText('The upload failed.')
  await permit()
  await mina.page.getByRole('button', { name: /^Try Voice message \(0:\d\d\) again$/ }).click()
  await expect(chips(mina)).not.toContainText('The upload failed.')
  await mina.composer.press('Enter')
  await expect(players(joon)).toHaveCount(2)
})

test('why nothing can be recorded is said in plain words', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  const refuse = (name: string) =>
    mina.page.evaluate((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name))
    }, name)
  await refuse('NotAllowedError')
  await microphone(mina).click()
  await expect(recorder(mina).getByRole('alert')).toContainText('The browser does not let Maru use the microphone.')
  await expectAccessible(mina.page)
  await refuse('NotFoundError')
  await recorder(mina).getByRole('button', { name: 'Try again' }).click()
  await expect(recorder(mina).getByRole('alert')).toContainText('No microphone was found.')
  await mina.page.keyboard.press('Escape')
  await expect(recorder(mina)).toBeHidden()
  await expect(mina.composer).toBeFocused()
  await mina.page.evaluate(() => Object.defineProperty(window, 'isSecureContext', { value: false }))
  await microphone(mina).click()
  await expect(recorder(mina).getByRole('alert')).toContainText('over HTTPS')
  await expect(recorder(mina).getByRole('button', { name: 'Try again' })).toHaveCount(0)
})

test('on a phone the microphone stands where one sends, until there is something to send', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const phone = await Person.in(browser, maru, 'Mina', PHONE)
  await phone.logIn()
  await phone.room('General').tap()
  const send = phone.page.getByRole('button', { name: 'Send', exact: true })
  await expect(microphone(phone)).toBeVisible()
  await expect(send).toHaveCount(0)
  await phone.composer.fill('a')
  await expect(microphone(phone)).toHaveCount(0)
  await expect(send).toBeEnabled()
  await phone.composer.fill('')
  await microphone(phone).tap()
  await recorded(phone, 1)
  await expectAccessible(phone.page)
  await recorder(phone).getByRole('button', { name: 'Send voice message (Enter)' }).tap()
  await expect(players(phone)).toHaveCount(1)
  // Nobody asked for the keyboard.
  await expect(phone.composer).not.toBeFocused()
})
