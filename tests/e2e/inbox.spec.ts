// What concerns somebody: notifications, how much of them is wanted, who has read what, and what is to be read again.

import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { Author, UNHURRIED } from './author.js'
import { expectGlowed, notePassing, passedOn } from './passing.js'
import { choose, expect, Person, PHONE, placeOf, press, test, twoPeople } from './people.js'

test.use({ settings: UNHURRIED })

const inbox = ({ page }: Person): Locator => page.getByRole('region', { name: 'Inbox', exact: true })
const items = (person: Person): Locator => inbox(person).getByRole('listitem')
const entry = ({ page }: Person): Locator => page.getByRole('navigation').getByRole('button', { name: /^Inbox/ })

test('the inbox tells of everything that concerns somebody, and leads there', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  const phone = await Person.in(browser, maru, 'Mina', PHONE)
  await phone.logIn()
  await notePassing(phone.page)
  await entry(mina).click()
  await expect(inbox(mina).getByText('Nothing here yet')).toBeVisible()
  await expectAccessible(mina.page)

  // A room that she is not looking at.
  await joon.createRoom('Elsewhere', 'Only invited people')
  await joon.page.getByRole('button', { name: 'Room menu' }).click()
  await joon.page.getByRole('menuitem', { name: 'Invite people' }).click()
  await joon.page.getByRole('dialog').getByRole('button', { name: /@mina/ }).click()
  await joon.page.getByRole('dialog').getByRole('button', { name: 'Invite', exact: true }).click()
  await expect(items(mina).first()).toContainText('Joon added you to Elsewhere')
  const author = await Author.as(maru, 'joon')
  await author.write(joon.roomId, '@mina can you look at **this**?')
  await expect(items(mina).first()).toContainText('Joon mentioned you')
  await expect(items(mina).first()).toContainText('@Mina can you look at this?')
  await expect(items(mina).first()).toContainText('#Elsewhere')
  await expect(entry(mina)).toContainText('2 new')
  await expect(mina.room('Elsewhere')).toContainText('@1')

  // On another device as here: what is read there is read here.
  await entry(phone).tap()
  await expect(items(phone)).toHaveCount(2)
  await expectAccessible(phone.page)
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  await inbox(mina).getByText('Unread', { exact: true }).first().click()
  await expect(items(mina)).toHaveCount(2)
  await items(phone).first().getByRole('button').first().tap()
  await expectGlowed(phone.page, 'can you look at')
  await expect(items(mina).first()).not.toContainText('Unread')
  await inbox(mina).getByText('All', { exact: true }).click()
  await phone.back()
  await expect(items(phone)).toHaveCount(2)

  await items(mina).first().getByRole('button').first().click()
  await expect(mina.message('can you look at')).toBeInViewport()
  await expect(inbox(mina)).toBeVisible()

  // What was seen in its room is read; what was not, by one button.
  await expect(entry(mina)).not.toContainText('new')
  await inbox(mina).getByText('Unread', { exact: true }).first().click()
  await expect(inbox(mina).getByText('You have read everything')).toBeVisible()
  await mina.open('General')
  await author.write(joon.roomId, '@mina and at this')
  await expect(items(mina)).toHaveText([/and at this/])
  await expect(entry(mina)).toContainText('1 new')
  await inbox(mina).getByRole('button', { name: 'Mark all as read' }).click()
  await expect(entry(mina)).not.toContainText('new')
  await expect(items(phone).first()).not.toContainText('Unread')
  await expect(inbox(mina).getByRole('button', { name: 'Mark all as read' })).toBeDisabled()

  // What is removed is in no list any more.
  await inbox(mina).getByText('All', { exact: true }).click()
  await expect(items(mina)).toHaveCount(3)
  await choose(joon.message('can you look at'), 'Delete')
  await joon.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(items(mina)).toHaveCount(2)
})

test('a reply in a thread leads into the thread, by keyboard alone', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await mina.send('the question')
  await mina.createRoom('Elsewhere')
  const author = await Author.as(maru, 'joon')
  await joon.open('General')
  const root = (await author.history(joon.roomId)).at(-1)?.id ?? ''
  await author.reply(joon.roomId, root, 'the answer')
  await expect(entry(mina)).toContainText('1 new')
  await mina.page.keyboard.press('Alt+Shift+KeyI')
  await expect(items(mina)).toHaveCount(1)
  await expect(items(mina)).toContainText('Joon replied in a thread')
  await mina.page.keyboard.press('ArrowDown')
  await mina.page.keyboard.press('Enter')
  const thread = mina.page.getByRole('region', { name: 'Thread', exact: true })
  await expect(thread.getByRole('article').filter({ hasText: 'the answer' })).toBeVisible()
  await expect(mina.page.getByRole('heading', { level: 1, name: 'General' })).toBeVisible()
  await expect(entry(mina)).not.toContainText('new')
  await thread.getByRole('button', { name: 'Back' }).click()
  await expect(items(mina)).toHaveCount(1)
  await mina.page.keyboard.press('Escape')
  await expect(inbox(mina)).toHaveCount(0)
})

test('a hundred notifications come in pages', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.open('General')
  await mina.createRoom('Elsewhere')
  const author = await Author.as(maru, 'joon')
  for (let n = 1; n <= 100; n += 1) await author.write(joon.roomId, `@mina no. ${n}.`)
  await expect(entry(mina)).toContainText('99+')
  await entry(mina).click()
  await expect(items(mina).first()).toContainText('no. 100.')
  await expect(async () => {
    await items(mina).last().scrollIntoViewIfNeeded()
    await expect(items(mina)).toHaveCount(100, { timeout: 500 })
  }).toPass()
  await expect(items(mina).last()).toContainText('no. 1.')
})

test('how much of a room is wanted is said in its menu, on all devices', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  const other = await Person.in(browser, maru, 'Mina')
  await other.logIn()
  await mina.createRoom('Quiet')
  // What is seen on one device is read on both.
  await other.open('Quiet')
  await joon.open('General')
  // A row that is on its way to the unread ones is missed.
  const openMenu = async (person: Person) => {
    await placeOf(person.room('General'))
    await person.room('General').click({ button: 'right' })
  }
  const setLevel = async (person: Person, name: string) => {
    await openMenu(person)
    await person.page.getByRole('menuitemradio', { name }).click()
  }
  // What the other device says is what the server has.
  const expectLevel = async (name: string) => {
    await openMenu(other)
    await expect(other.page.getByRole('menuitemradio', { name })).toHaveAttribute('aria-checked', 'true')
    await expectAccessible(other.page)
    await other.page.keyboard.press('Escape')
  }
  await setLevel(mina, 'Nothing')
  await expectLevel('Nothing')
  const author = await Author.as(maru, 'joon')
  await author.write(joon.roomId, '@mina not heard')
  // It counts all the same.
  await expect(mina.room('General')).toContainText('1 mention')
  await setLevel(mina, 'Mentions and replies')
  await expectLevel('Mentions and replies')
  await author.write(joon.roomId, '@mina heard')
  await expect(entry(mina)).toContainText('1 new')
  await entry(mina).click()
  await expect(items(mina)).toHaveText([/@Mina heard/])
})

test('from a message on everything is unread again, and stays so while it is looked at', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  const other = await Person.in(browser, maru, 'Mina')
  await other.logIn()
  await mina.createRoom('Elsewhere')
  await other.open('Elsewhere')
  await mina.open('General')
  await joon.open('General')
  for (const text of ['one', '@mina two', 'three']) await joon.send(text)
  await expect(mina.message('three')).toBeVisible()
  await expect(other.room('General')).not.toContainText('unread')

  await choose(mina.message('@mina two'), 'Mark unread from here')
  for (const device of [mina, other]) {
    await expect(device.room('General')).toContainText('2 unread messages')
    await expect(device.room('General')).toContainText('1 mention')
  }
  await expect(mina.page.getByRole('separator').filter({ hasText: 'New' })).toBeVisible()
  await joon.send('four')
  await expect(mina.message('four')).toBeInViewport()
  await expect(other.room('General')).toContainText('3 unread messages')
  await mina.composer.press('Escape')
  for (const device of [mina, other]) await expect(device.room('General')).not.toContainText('unread')
})

test('who has read is listed, and only among those who show it', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send('read this')
  const faces = mina.page.getByRole('button', { name: 'Read by Joon' })
  await faces.click()
  const who = mina.page.getByRole('dialog', { name: 'Who has read this' })
  await expect(who.getByRole('listitem')).toContainText(['Joon'])
  await expectAccessible(mina.page)
  await mina.page.keyboard.press('Escape')
  await choose(mina.message('read this'), 'Who has read this')
  await expect(who.getByText('Read by 1 person')).toBeVisible()
  await mina.page.keyboard.press('Escape')

  await mina.page.getByRole('button', { name: 'Your account' }).click()
  await mina.page.getByRole('menuitem', { name: 'Settings' }).click()
  await mina.page.getByRole('tab', { name: 'Privacy' }).click()
  await mina.page.getByRole('switch', { name: 'Read receipts' }).uncheck()
  await expectAccessible(mina.page)
  await mina.page.keyboard.press('Escape')
  await expect(faces).toHaveCount(0)
  await press(mina.message('read this'), 'More')
  await expect(mina.page.getByRole('menuitem', { name: 'Copy link' })).toBeVisible()
  await expect(mina.page.getByRole('menuitem', { name: 'Who has read this' })).toHaveCount(0)
})

test('nobody is disturbed for a while, and quiet hours are kept on all devices', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await notePassing(mina.page)
  // What is said in a room that she looks at makes no sound.
  await mina.createRoom('Elsewhere')
  await mina.page.getByRole('button', { name: 'Your account' }).click()
  await mina.page.getByRole('menuitem', { name: 'Do not disturb' }).click()
  await expectAccessible(mina.page)
  await mina.page.getByRole('menuitem', { name: 'For 1 hour' }).click()
  await expect(mina.page.getByRole('button', { name: 'Your account' })).toContainText('Do not disturb')
  await joon.open('General')
  const { alerts: before } = await passedOn(mina.page)
  await joon.send('@mina are you there?')
  await expect(entry(mina)).toContainText('1 new')
  await mina.page.getByRole('button', { name: 'Your account' }).click()
  await mina.page.getByRole('menuitem', { name: /^End do not disturb \(until/ }).click()
  await expect(mina.page.getByRole('button', { name: 'Your account' })).toContainText('Online')
  // What is heard now comes behind what was not: two notes of one mention, and nothing of the one before.
  await joon.send('@mina can you hear me?')
  await expect.poll(async () => (await passedOn(mina.page)).alerts).toEqual([...before, 'sound', 'sound'])

  const other = await Person.in(browser, maru, 'Mina')
  await other.logIn()
  for (const { page } of [mina, other]) {
    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('menuitem', { name: 'Settings' }).click()
    await page.getByRole('tab', { name: 'Notifications' }).click()
  }
  await mina.page.getByRole('switch', { name: 'Quiet hours' }).check()
  await expect(other.page.getByRole('switch', { name: 'Quiet hours' })).toBeChecked()
  await mina.page.getByLabel('From').fill('23:30')
  await mina.page.getByLabel('From').blur()
  await expect(other.page.getByLabel('From')).toHaveValue('23:30')
  await expectAccessible(mina.page)
  await mina.page.getByRole('switch', { name: 'Quiet hours' }).uncheck()
  await expect(other.page.getByLabel('From')).toHaveCount(0)
})
