// Images: leafed through over the page, found again beside their room, and cut into the photo of a person.

import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { UNHURRIED } from './author.js'
import { expectGlowed, notePassing } from './passing.js'
import { expect, Person, PHONE, press, test, twoPeople } from './people.js'
import { png, text } from './samples.js'
import { isPainted, pick } from './uploads.js'

test.use({ settings: UNHURRIED })

const BOARD = png('board.png', 640, 480, [90, 140, 220])
const ROOF = png('roof.png', 300, 600, [220, 120, 80])

const lightbox = ({ page }: Person): Locator => page.getByRole('dialog', { name: 'Images' })
const filesPanel = ({ page }: Person): Locator => page.getByRole('region', { name: 'Files', exact: true })

/** Draws a finger over the middle of the page, from one side to the other. */
async function swipe(page: Page, from: number, to: number): Promise<void> {
  const finger = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: { x: number; y: number }[]) =>
    finger.send('Input.dispatchTouchEvent', { type, touchPoints })
  await touch('touchStart', { x: from, y: 420 })
  for (let step = 1; step <= 10; step += 1) await touch('touchMove', { x: from + ((to - from) * step) / 10, y: 420 })
  await touch('touchEnd')
  await finger.detach()
}

test('images are leafed through by keyboard, and files are found again beside their room', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await pick(mina, BOARD, ROOF)
  await mina.send('two views')
  await pick(mina, text('plan.txt', 'up'))
  await mina.send('and the plan')
  await joon.page.getByRole('button', { name: 'Show board.png' }).focus()
  await joon.page.keyboard.press('Enter')
  await expect(lightbox(joon)).toContainText('board.png')
  await isPainted(lightbox(joon).getByRole('img', { name: 'board.png' }))
  await expectAccessible(joon.page)
  await joon.page.keyboard.press('ArrowRight')
  await expect(lightbox(joon)).toContainText('2 of 2')
  await expect(lightbox(joon).getByRole('img', { name: 'roof.png' })).toBeInViewport()
  const download = joon.page.waitForEvent('download')
  await lightbox(joon).getByRole('link', { name: 'Download' }).click()
  expect((await download).suggestedFilename()).toBe('roof.png')
  await joon.page.keyboard.press('Escape')
  await expect(lightbox(joon)).toBeHidden()
  await expect(joon.page.getByRole('button', { name: 'Show board.png' })).toBeFocused()

  await joon.page.getByRole('main').getByRole('button', { name: 'Files', exact: true }).click()
  const items = filesPanel(joon).getByRole('listitem')
  await expect(items).toHaveCount(3)
  await expectAccessible(joon.page)
  await filesPanel(joon).getByText('Images', { exact: true }).click()
  await expect(items).toHaveCount(2)
  await pick(mina, png('third.png', 200, 200, [120, 200, 120]))
  await mina.send('one more')
  await expect(items.first()).toContainText('third.png')
  await notePassing(joon.page)
  await filesPanel(joon).getByRole('button', { name: 'Show roof.png in the conversation' }).click()
  await expectGlowed(joon.page, 'two views')
  await filesPanel(joon).getByText('Videos', { exact: true }).click()
  await expect(filesPanel(joon)).toContainText('Nothing of this kind')

  await joon.page.getByRole('button', { name: 'Search messages' }).first().click()
  await joon.page.getByRole('search').getByRole('combobox').fill('has:file')
  await expect(joon.page.getByRole('search').getByRole('option').filter({ hasText: 'plan.txt' })).toHaveCount(1)
})

test('on a phone a finger leafs through images, and back leads out of them', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await pick(mina, BOARD, ROOF)
  await mina.send('two views')
  const phone = await Person.in(browser, maru, 'Mina', PHONE)
  await phone.logIn()
  await phone.room('General').tap()
  await phone.page.getByRole('button', { name: 'Show board.png' }).tap()
  await isPainted(lightbox(phone).getByRole('img', { name: 'board.png' }))
  for (const [from, to, shown] of [
    [340, 60, '2 of 2'],
    [60, 340, '1 of 2'],
  ] as const) {
    await swipe(phone.page, from, to)
    await expect(lightbox(phone)).toContainText(shown)
  }
  await phone.back()
  await expect(lightbox(phone)).toBeHidden()
  await expect(phone.message('two views')).toBeVisible()
})

test('a photo of a person is cut, shown wherever they are, and taken away again', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send('hello')
  await mina.page.getByRole('button', { name: 'Your account' }).click()
  await mina.page.getByRole('menuitem', { name: 'Settings' }).click()
  const chooser = mina.page.waitForEvent('filechooser')
  await mina.page.getByRole('button', { name: 'Choose a photo' }).click()
  await (await chooser).setFiles(BOARD)
  await mina.page.getByRole('slider', { name: 'Zoom' }).fill('2')
  await mina.page.getByRole('group', { name: /Part of the photo/ }).press('ArrowLeft')
  await expectAccessible(mina.page)
  await mina.page.getByRole('button', { name: 'Use this photo' }).click()
  await expect(mina.page.getByText('Your photo was saved.')).toBeVisible()
  // The settings neither lie over what is told nor keep it from being heard: it is a part of them.
  const told = mina.page.getByRole('dialog').getByRole('status').filter({ hasText: 'Your photo was saved.' })
  expect(await told.evaluate((toasts) => toasts.matches(':popover-open'))).toBe(true)
  await expect(mina.page.getByText('Your photo was saved.')).toHaveCount(1)
  const face = joon.message('hello').locator('img')
  await isPainted(face)
  await expect.poll(() => face.evaluate((image: HTMLImageElement) => image.naturalWidth === image.naturalHeight)).toBe(true)
  await mina.page.getByRole('button', { name: 'Remove photo' }).click()
  await expect(joon.message('hello').locator('img')).toHaveCount(0)
  await expect(mina.page.getByRole('dialog').locator('img')).toHaveCount(0)
})
