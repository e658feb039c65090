// What people keep: pinned for the room, saved for themselves, to be reminded of; and who reacted.

import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { Author, UNHURRIED } from './author.js'
import { expectGlowed, notePassing } from './passing.js'
import { choose, expect, linkTo, Person, PHONE, test, twoPeople } from './people.js'

test.use({ settings: UNHURRIED })

const pins = ({ page }: Person): Locator => page.getByRole('region', { name: 'Pinned', exact: true })
const saved = ({ page }: Person): Locator => page.getByRole('region', { name: 'Saved', exact: true })
const pinButton = ({ page }: Person): Locator => page.getByRole('main').getByRole('button', { name: /pinned message/ })

test('what is pinned is marked, counted and listed for everybody, and leads to its place', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await notePassing(mina.page)
  await mina.open('General')
  await joon.open('General')
  await mina.send('The wifi password is on the fridge')
  const author = await Author.as(maru, 'mina')
  await expect(pinButton(joon)).toHaveCount(0)
  await choose(joon.message('on the fridge'), 'Pin to the room')
  await expect(mina.message('on the fridge')).toContainText('Pinned')
  await expect(pinButton(mina)).toContainText('1 pinned message')
  await author.writeAll(
    mina.roomId,
    Array.from({ length: 90 }, (_, n) => `line ${n}.`),
  )
  await expect(mina.message('line 89.')).toBeVisible()
  await pinButton(mina).click()
  await expect(pins(mina)).toContainText('The wifi password is on the fridge')
  await expectAccessible(mina.page)
  await pins(mina).getByRole('button', { name: /on the fridge/ }).click()
  await expect(mina.message('on the fridge')).toBeInViewport()
  await expectGlowed(mina.page, 'on the fridge')

  await pins(mina).getByRole('listitem').hover()
  await pins(mina).getByRole('button', { name: 'Unpin' }).click()
  await expect(pins(mina)).toContainText('Nothing is pinned')
  await expect(pinButton(joon)).toHaveCount(0)
  await expect(mina.message('on the fridge')).not.toContainText('Pinned')
})

test('what is saved is mine alone, the same on all my devices, and comes in pages', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  const author = await Author.as(maru, 'mina')
  const sent = await author.writeAll(
    mina.roomId,
    Array.from({ length: 45 }, (_, n) => `note ${n}.`),
  )
  await Promise.all(sent.map(({ messageId }) => author.save(messageId)))
  const other = await mina.anotherTab()
  await mina.page.bringToFront()
  await expect(mina.message('note 44.')).toContainText('Saved')
  await choose(mina.message('note 44.'), 'Remove from saved')
  await choose(mina.message('note 44.'), 'Save for later')
  await expect(mina.message('note 44.')).toContainText('Saved')
  await expect(other.message('note 44.')).toContainText('Saved')
  await expect(joon.message('note 44.')).not.toContainText('Saved')

  await other.page.bringToFront()
  await other.page.getByRole('navigation').getByRole('button', { name: 'Saved' }).click()
  await expect(saved(other).getByRole('listitem').first()).toContainText('note 44.')
  await saved(other).getByRole('listitem').last().scrollIntoViewIfNeeded()
  await expect(saved(other).getByRole('listitem')).toHaveCount(45)
  await expectAccessible(other.page)
  await saved(other).getByRole('button', { name: /note 0\./ }).click()
  await expect(other.message('note 0.')).toBeInViewport()

  // One device lets go of it, the other hears.
  await mina.page.bringToFront()
  await choose(mina.message('note 43.'), 'Remove from saved')
  await expect(saved(other).getByRole('listitem').filter({ hasText: 'note 43.' })).toHaveCount(0)
  await joon.page.getByRole('navigation').getByRole('button', { name: 'Saved' }).click()
  await expect(saved(joon)).toContainText('Nothing saved yet')
})

test('a message comes back when it is asked to', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await notePassing(mina.page)
  await mina.open('General')
  await mina.send('Call the printer')
  await choose(mina.message('Call the printer'), 'Remind me…', 'In 20 minutes')
  await expect(mina.page.getByText(/You will be reminded: /)).toBeVisible()
  await choose(mina.message('Call the printer'), 'Remind me…', 'Another time…')
  const dialog = mina.page.getByRole('dialog', { name: 'Remind me' })
  // So far away that it is never called tomorrow.
  const year = new Date().getFullYear() + 2
  await dialog.getByLabel('Day').fill('2020-01-01')
  await expect(dialog.getByRole('alert')).toHaveText('Choose a time in the future.')
  await expect(dialog.getByRole('button', { name: 'Set reminder' })).toBeDisabled()
  await dialog.getByLabel('Day').fill(`${year}-01-01`)
  await dialog.getByLabel('Time').fill('08:30')
  await dialog.getByLabel('About').fill('The printer, again')
  await dialog.getByRole('button', { name: 'Set reminder' }).click()

  await mina.page.getByRole('navigation').getByRole('button', { name: 'Saved' }).click()
  await saved(mina).getByText('Reminders').click()
  await expect(saved(mina).getByRole('listitem')).toHaveCount(2)
  await expect(saved(mina).getByRole('listitem').last()).toContainText(`Jan 1, ${year}`)
  await saved(mina).getByRole('listitem').last().getByRole('button', { name: 'Cancel reminder' }).click()
  await expect(saved(mina).getByRole('listitem')).toHaveCount(1)
  await saved(mina).getByRole('button', { name: /Call the printer/ }).click()
  await expectGlowed(mina.page, 'Call the printer')

  // One that is due at once comes as a notification, and is open no more.
  await mina.composer.fill('/remind me in 0.1m stretch')
  await mina.composer.press('Enter')
  await expect(mina.page.getByRole('navigation').getByRole('button', { name: /^Inbox/ })).toContainText('1')
  await expect(saved(mina).getByText('stretch')).toHaveCount(0)
})

test('who reacted is told to a mouse, to the keyboard and to a finger', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send('Cake at four')
  const author = await Author.as(maru, 'joon')
  const [message] = await author.history(mina.roomId).then((all) => all.filter(({ content }) => content === 'Cake at four'))
  await author.react(message?.id ?? '', '🍰')
  const reaction = mina.message('Cake at four').getByRole('button', { name: /🍰, \d/ })
  await reaction.hover()
  await expect(mina.page.locator('.note')).toContainText('Joon')
  await mina.composer.hover()
  await expect(mina.page.locator('.note')).toHaveCount(0)
  await reaction.click()
  await expect(reaction).toContainText('2')

  const storageState = await joon.page.context().storageState()
  const phone = await Person.in(browser, maru, 'Joon', { ...PHONE, storageState })
  await phone.page.goto(joon.page.url())
  const touched = phone.message('Cake at four').getByRole('button', { name: /🍰, \d/ })
  await touched.dispatchEvent('pointerdown', { pointerType: 'touch', clientX: 5, clientY: 5, bubbles: true })
  const list = phone.page.getByRole('dialog', { name: 'Who reacted with 🍰' })
  await expect(list).toContainText('You')
  await expect(list).toContainText('Mina')
  await expect(phone.page.getByRole('menu')).toHaveCount(0)
})

test('a link to a message is named for members, and plain for everybody else', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await notePassing(mina.page)
  await mina.createRoom('plans', 'Only invited people')
  await mina.send('The secret plan')
  const link = await linkTo(mina.message('The secret plan'))
  await mina.open('General')
  await joon.open('General')
  await mina.send(`See ${link}`, 'See')
  const named = mina.message('See').getByRole('link', { name: 'Message in #plans' })
  await expect(named).toBeVisible()
  await expect(joon.message('See').getByRole('link')).toHaveText(link)
  await named.click()
  await expectGlowed(mina.page, 'The secret plan')
})
