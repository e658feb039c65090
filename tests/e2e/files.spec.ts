// Files: attached in every way, uploaded over a bad network, shown in their place, found again, and seen by nobody else.

import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { Author, UNHURRIED } from './author.js'
import { choose, expect, Person, PHONE, placeOf, press, test, twoPeople } from './people.js'
import { png, type Sample, text, wav } from './samples.js'
import { block, chips, isPainted, onDisk, pick } from './uploads.js'

test.use({ settings: { ...UNHURRIED, MARU_FILES_LARGEST: '25MiB' } })

const BOARD = png('board.png', 640, 480, [90, 140, 220])
const ROOF = png('roof.png', 300, 600, [220, 120, 80])

/** What a browser does when an image is pasted. */
async function paste(target: Locator, sample: Sample): Promise<void> {
  const file = { name: sample.name, type: sample.mimeType, bytes: sample.buffer.toString('base64') }
  await target.evaluate((element, { name, type, bytes }) => {
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name, { type }))
    element.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }))
  }, file)
}

/** Drags a file from elsewhere over something, waits for what that says, and drops it. */
async function dropOn(target: Locator, sample: Sample, said: RegExp): Promise<void> {
  const page = target.page()
  const path = await onDisk(sample)
  const { x, y, width, height } = await placeOf(target)
  const place = { x: x + width / 2, y: y + height / 2 }
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  const browser = await page.context().newCDPSession(page)
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop') => browser.send('Input.dispatchDragEvent', { type, ...place, data })
  await drag('dragEnter')
  // A browser tells of it again and again while it is held there.
  await expect(async () => {
    await drag('dragOver')
    await expect(page.getByText(said)).toBeVisible({ timeout: 250 })
  }).toPass()
  await drag('drop')
  await browser.detach()
}

function addressIn(message: Locator): Promise<string> {
  return message
    .locator('img')
    .last()
    .evaluate((image: HTMLImageElement) => image.src)
}

test('what is pasted, dropped and picked is sent in one message, in its place at once, and is nobody else’s', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('trip', 'Only invited people')
  await mina.page.getByRole('button', { name: 'Room menu' }).click()
  await mina.page.getByRole('menuitem', { name: 'Invite people' }).click()
  await mina.page.getByRole('dialog').getByRole('button', { name: /@joon/ }).click()
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Invite', exact: true }).click()
  await joon.open('trip')
  const outsider = await Person.in(browser, maru, 'Sora')
  await outsider.accept(await mina.invite())

  await paste(mina.composer, BOARD)
  await expect(chips(mina)).toHaveCount(1)
  await dropOn(mina.log, text('plan.txt', 'walk up, eat, walk down'), /^Drop to attach in trip$/)
  await expect(mina.page.getByText(/^Drop to attach/)).toBeHidden()
  await pick(mina, ROOF, wav('bird.wav'))
  await expect(chips(mina)).toHaveCount(4)
  await expectAccessible(mina.page)
  await mina.send('where we went')

  const shown = joon.message('where we went')
  await expect(shown.getByRole('button', { name: /^Show / })).toHaveCount(2)
  for (const image of await shown.locator('ul img').all()) await isPainted(image)
  // Images side by side, then each of the others in a line of its own.
  const places = await Promise.all((await shown.getByRole('listitem').all()).map(placeOf))
  const [first, second, ...rest] = places
  expect(second?.y).toBe(first?.y)
  for (const [index, { x, y }] of rest.entries()) {
    const above = places[index + 1]
    expect([x, y]).toEqual([first?.x, expect.closeTo((above?.y ?? 0) + (above?.height ?? 0) + 4, 0)])
  }
  await expect(shown.locator('audio')).toHaveJSProperty('tagName', 'AUDIO')
  const download = joon.page.waitForEvent('download')
  await shown.getByRole('link', { name: /Download plan.txt/ }).click()
  expect(await readFile(await (await download).path(), 'utf8')).toBe('walk up, eat, walk down')
  await expectAccessible(joon.page)

  const address = await addressIn(shown)
  expect((await joon.page.request.get(address)).status()).toBe(200)
  expect((await outsider.page.request.get(address)).status()).toBe(404)

  // A reload finds every message at the height that it had before anything of it was loaded.
  await joon.page.route(/\/assets\/MessageFile-/, async (route) => {
    await expect(joon.message('where we went')).toBeVisible()
    await joon.message('where we went').evaluate((element) => (document.body.dataset.before = String(element.clientHeight)))
    await route.continue()
  })
  await joon.page.reload()
  await expect(shown.locator('ul img')).toHaveCount(2)
  for (const image of await shown.locator('ul img').all()) await isPainted(image)
  await expect(shown.getByRole('link', { name: /Download plan.txt/ })).toBeVisible()
  const before = await joon.page.evaluate(() => document.body.dataset.before)
  if (before) await expect.poll(() => shown.evaluate((element) => String(element.clientHeight))).toBe(before)
})

test('a message of files alone says what it has, and loses it when it is deleted', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await pick(mina, BOARD)
  await expect(chips(mina)).toHaveCount(1)
  await mina.composer.press('Enter')
  const sent = joon.log.getByRole('article').filter({ has: joon.page.getByRole('button', { name: 'Show board.png' }) })
  await expect(sent).toHaveCount(1)
  await press(sent, 'Reply')
  await joon.send('lovely')
  await expect(joon.message('lovely')).toContainText('Photo')
  const address = await addressIn(sent)

  const own = mina.log.getByRole('article').filter({ has: mina.page.getByRole('button', { name: 'Show board.png' }) })
  await choose(own, 'Delete')
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(joon.page.getByRole('button', { name: 'Show board.png' })).toHaveCount(0)
  expect((await joon.page.request.get(address)).status()).toBe(404)
})

test('a broken upload goes on by itself where it was, and the message leaves with its file', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  const film = { name: 'film.bin', mimeType: 'application/octet-stream', buffer: randomBytes(24 * 1024 * 1024) }
  maru.network.cutAfter(9 * 1024 * 1024)
  await pick(mina, film)
  await mina.composer.fill('the whole film')
  await mina.composer.press('Enter')
  await expect(mina.page.getByText(/Sent as soon as the files are there/)).toBeVisible()
  await expect(chips(mina)).toContainText('Waiting for the connection…')
  await expect(mina.message('the whole film')).toHaveCount(0)
  maru.network.mend()
  await expect(joon.message('the whole film')).toHaveCount(1)
  await expect(chips(mina)).toHaveCount(0)
  const download = joon.page.waitForEvent('download')
  await joon
    .message('the whole film')
    .getByRole('link', { name: /Download film.bin/ })
    .click()
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  expect(digest(await readFile(await (await download).path()))).toBe(digest(film.buffer))
})

test('an upload can be cancelled, a message called back, and what does not fit is said in plain words', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  const unblock = await block(mina.page)
  await pick(mina, BOARD, text('plan.txt', 'up'))
  await expect(chips(mina).getByText('Waiting for the connection…')).toHaveCount(2)
  await mina.composer.fill('not yet')
  await mina.composer.press('Enter')
  await mina.page.getByRole('button', { name: 'Do not send yet' }).click()
  await expect(mina.composer).toBeEditable()
  await mina.page.getByRole('button', { name: 'Cancel the upload of board.png' }).click()
  await expect(chips(mina)).toHaveCount(1)
  await unblock()
  await expect(chips(mina)).toContainText('2 byte')

  const huge = { name: 'huge.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(26 * 1024 * 1024) }
  await pick(mina, text('nothing.txt', ''), huge, { name: 'torn.png', mimeType: 'image/png', buffer: Buffer.from('torn') })
  await expect(chips(mina).filter({ hasText: 'nothing.txt' })).toContainText('This file is empty.')
  await expect(chips(mina).filter({ hasText: 'huge.bin' })).toContainText('Too large: a file can have at most 26 MB here.')
  await expect(chips(mina).filter({ hasText: 'torn.png' })).toContainText('4 byte')
  await expect(chips(mina).filter({ hasText: 'torn.png' }).locator('img')).toHaveCount(0)
  await mina.page.getByRole('button', { name: 'Send' }).click()
  await expect(mina.page.getByText('Not sent: nothing.txt, huge.bin could not be attached.')).toBeVisible()
  await expect(mina.page.getByRole('button', { name: 'Remove them' })).toBeVisible()
  await expectAccessible(mina.page)
  for (const name of ['nothing.txt', 'huge.bin']) await mina.page.getByRole('button', { name: `Remove ${name}` }).click()
  await expect(mina.page.getByText('Not sent')).toHaveCount(0)
  await expect(mina.page.getByRole('button', { name: 'Send' })).toBeEnabled()
})

test('what is sent while a file is about to be attached leaves with it', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', { serviceWorkers: 'block' })
  await mina.setUp(maru)
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  await mina.page.route(/\/assets\/uploads-of/, async (route) => {
    await released
    await route.continue()
  })
  await mina.page.reload()
  await mina.open('General')
  await pick(mina, BOARD)
  await mina.composer.fill('the board')
  await mina.composer.press('Enter')
  await expect(mina.composer).toHaveValue('the board')
  release()
  await expect(mina.message('the board').getByRole('button', { name: 'Show board.png' })).toBeVisible()
})

test('a reload keeps what has arrived, and says what it has lost', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await pick(mina, BOARD)
  await expect(chips(mina)).toContainText('kB')
  const unblock = await block(mina.page)
  await pick(mina, text('plan.txt', 'up'))
  await mina.composer.fill('half a thought')
  await expect(chips(mina).filter({ hasText: 'plan.txt' })).toContainText('Waiting for the connection…')
  mina.page.on('dialog', (dialog) => void dialog.accept())
  await mina.page.reload()
  await expect(chips(mina).filter({ hasText: 'plan.txt' })).toContainText('Please attach it again.')
  await expect(mina.composer).toHaveValue('half a thought')
  await unblock()
  await mina.page.getByRole('button', { name: 'Remove plan.txt' }).click()
  await mina.composer.press('Enter')
  await expect(mina.message('half a thought').getByRole('button', { name: 'Show board.png' })).toBeVisible()
})

test('a file that cannot be sent says so when the message is to leave, and is taken out of its way', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await pick(mina, text('nothing.txt', ''), text('plan.txt', 'todo'))
  await expect(chips(mina)).toHaveCount(2)
  await mina.composer.fill('both of them')
  await mina.composer.press('Enter')
  const refusal = mina.page.getByRole('alert').filter({ hasText: 'Not sent: nothing.txt could not be attached.' })
  await expect(refusal).toBeVisible()
  await expect(mina.composer).toHaveValue('both of them')
  await expectAccessible(mina.page)
  await refusal.getByRole('button', { name: 'Remove it' }).click()
  await expect(chips(mina)).toHaveCount(1)
  await expect(refusal).toHaveCount(0)
  await expect(mina.composer).toBeFocused()
  await mina.composer.press('Enter')
  await expect(mina.message('both of them')).toContainText('plan.txt')
})

test('what plays goes on while its message is out of sight', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  const room = mina.roomId
  await pick(mina, wav('song.wav'))
  await expect(chips(mina)).toHaveCount(1)
  await mina.send('a song')
  const audio = mina.page.locator('audio')
  const isPlaying = () => audio.evaluateAll((all: HTMLAudioElement[]) => all.map(({ paused }) => !paused))
  await audio.evaluate(async (player: HTMLAudioElement) => {
    player.loop = true
    await player.play()
  })
  const author = await Author.as(maru, 'mina')
  for (let n = 0; n < 60; n += 1) await author.write(room, `line ${n}\n`.repeat(6))
  await expect(mina.message('line 59')).toBeVisible()
  await expect(mina.message('line 5').first()).not.toBeInViewport()
  await expect.poll(isPlaying).toEqual([true])
  // Once it is over, it goes as other rows do.
  await audio.evaluate((player: HTMLAudioElement) => player.pause())
  await expect(audio).toHaveCount(0)
})

test('in a thread and on a phone files go where they are meant', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send('how was it?')
  await press(joon.message('how was it?'), 'Reply in thread')
  const thread = joon.page.getByRole('region', { name: 'Thread' })
  await dropOn(thread.getByRole('log'), BOARD, /^Drop to attach in the thread$/)
  await expect(thread.getByRole('list', { name: 'Attached files' }).getByRole('listitem')).toHaveCount(1)
  await thread.getByRole('textbox', { name: 'Reply in thread' }).press('Enter')
  await expect(thread.getByRole('button', { name: 'Show board.png' })).toBeVisible()
  await expect(joon.page.getByRole('main').getByRole('button', { name: 'Show board.png' })).toHaveCount(0)

  const phone = await Person.in(browser, maru, 'Mina', { ...PHONE, storageState: await mina.page.context().storageState() })
  await phone.page.goto(mina.page.url())
  // The camera is one of the places where files come from.
  const attach = phone.page.getByRole('button', { name: 'Attach files' })
  await attach.tap()
  const camera = phone.page.waitForEvent('filechooser')
  await phone.page.getByRole('menuitem', { name: 'Take a photo' }).tap()
  expect(await (await camera).element().getAttribute('capture')).toBe('environment')
  await (await camera).setFiles(ROOF)
  await expect(chips(phone)).toHaveCount(1)
  await attach.tap()
  await expectAccessible(phone.page)
  const files = phone.page.waitForEvent('filechooser')
  await phone.page.getByRole('menuitem', { name: 'Files' }).tap()
  expect((await files).isMultiple()).toBe(true)
  await (await files).setFiles(text('plan.txt', 'up'))
  await expect(chips(phone)).toHaveCount(2)
  await phone.page.getByRole('button', { name: 'Send' }).tap()
  await phone.page.getByRole('button', { name: 'Show roof.png' }).tap()
  await isPainted(phone.page.getByRole('dialog', { name: 'Images' }).getByRole('img', { name: 'roof.png' }))
  await expectAccessible(phone.page)
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
})

test('what is dropped where no room is open is not sent anywhere, and the page stays', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', { viewport: { width: 600, height: 800 } })
  await mina.setUp(maru)
  await mina.page.goto('/')
  await expect(mina.room('General')).toBeVisible()
  await expect(mina.composer).toHaveCount(0)
  await dropOn(mina.page.getByRole('navigation'), text('plan.txt', 'up'), /^Open a room first/)
  await mina.open('General')
  await dropOn(mina.log, BOARD, /^Drop to attach in General$/)
  await expect(chips(mina)).toHaveCount(1)
  await expect(chips(mina)).toContainText('board.png')
})
