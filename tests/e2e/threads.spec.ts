// Threads beside the room: replies, what is unread in them, and the list of those that somebody takes part in.

import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { Author, UNHURRIED } from './author.js'
import { expectGlowed, notePassing } from './passing.js'
import { expect, linkTo, Person, PHONE, press, test, twoPeople } from './people.js'

test.use({ settings: UNHURRIED })

const thread = ({ page }: Person): Locator => page.getByRole('region', { name: 'Thread', exact: true })
const list = ({ page }: Person): Locator => page.getByRole('region', { name: 'Threads', exact: true })
const field = (person: Person): Locator => thread(person).getByRole('textbox', { name: 'Reply in thread' })
const reply = (person: Person, text: string): Locator =>
  thread(person).getByRole('log').getByRole('article').filter({ hasText: text })
const inRoom = ({ page }: Person, text: string): Locator =>
  page.getByRole('main').getByRole('log').getByRole('article').filter({ hasText: text })
const entry = ({ page }: Person): Locator => page.getByRole('navigation').getByRole('button', { name: /^Threads/ })

async function openThread(person: Person, text: string): Promise<void> {
  await press(inRoom(person, text), 'Reply in thread')
  await expect(reply(person, text)).toBeVisible()
}

async function answer(person: Person, text: string): Promise<void> {
  await field(person).fill(text)
  await field(person).press('Control+Enter')
  await expect(reply(person, text)).toHaveCount(1)
}

test('a thread is talked in beside its room, and the room tells of it', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send('Who brings the book?')
  await openThread(joon, 'Who brings the book?')
  await expect(field(joon)).toBeFocused()
  await openThread(mina, 'Who brings the book?')
  await field(joon).pressSequentially('I')
  await expect(thread(mina).getByText('Joon is typing…')).toBeVisible()
  await expect(mina.page.getByRole('main').getByText('Joon is typing…')).toHaveCount(0)
  await answer(joon, 'I do')

  await expect(reply(mina, 'I do')).toBeVisible()
  await expect(inRoom(mina, 'I do')).toHaveCount(0)
  const summary = inRoom(mina, 'Who brings the book?').getByRole('button', { name: /1 reply/ })
  await expect(summary).toContainText('just now')
  await expectAccessible(mina.page)

  // Closed, the thread goes on: unread, until it is looked at.
  await mina.page.keyboard.press('Escape')
  await expect(thread(mina)).toHaveCount(0)
  await expect(mina.composer).toBeFocused()
  await answer(joon, 'And the second volume')
  await expect(inRoom(mina, 'Who brings the book?').getByRole('button', { name: /2 replies/ })).toContainText('1 new')
  await expect(entry(mina)).toContainText('1 new')
  await expect(mina.room('General')).not.toContainText('unread')
  await inRoom(mina, 'Who brings the book?').getByRole('button', { name: /2 replies/ }).click()
  await expect(reply(mina, 'And the second volume')).toBeVisible()
  await expect(thread(mina).getByRole('separator').filter({ hasText: 'New' })).toBeVisible()
  await expect(entry(mina)).not.toContainText('new')
  await expect(inRoom(mina, 'Who brings the book?').getByRole('button', { name: /2 replies/ })).not.toContainText('new')

  // What everybody should know goes to the room, too.
  await field(mina).fill('Settled: Joon brings both')
  await thread(mina).getByRole('checkbox', { name: 'Also send to #General' }).check()
  await field(mina).press('Control+Enter')
  await expect(inRoom(joon, 'Settled: Joon brings both')).toContainText('Replied to a thread')
  await expect(reply(joon, 'Settled: Joon brings both')).toBeVisible()
  await expect(thread(mina).getByRole('checkbox')).not.toBeChecked()

  // Reactions, edits and removals are the same in both places.
  await field(mina).press('ArrowUp')
  await thread(mina).getByRole('log').getByRole('textbox').fill('Settled: Joon brings all three')
  await mina.page.keyboard.press('Enter')
  await expect(inRoom(joon, 'brings all three')).toBeVisible()
  await expect(reply(joon, 'brings all three')).toBeVisible()
})

test('the list of threads has the unread ones first, on all devices, and leads into each', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  const phone = await Person.in(browser, maru, 'Mina', PHONE)
  await phone.logIn()
  await mina.open('General')
  await joon.open('General')
  await mina.page.keyboard.press('Alt+Shift+KeyT')
  await expect(list(mina).getByText('No threads yet')).toBeVisible()
  await mina.page.keyboard.press('Escape')
  await mina.send('First question')
  await mina.send('Second question')
  await openThread(joon, 'First question')
  await answer(joon, 'answer to the first')
  await openThread(joon, 'Second question')
  await answer(joon, 'answer to the second')

  await expect(entry(mina)).toContainText('2 new')
  await entry(phone).tap()
  const items = (person: Person) => list(person).getByRole('listitem')
  await expect(items(phone)).toHaveCount(2)
  await expect(items(phone).first()).toContainText('Second question')
  await expect(items(phone).first()).toContainText('answer to the second')
  await expectAccessible(phone.page)
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)

  // On the phone the thread covers the list, and back leads to it.
  await items(phone).first().tap()
  await expect(reply(phone, 'answer to the second')).toBeVisible()
  await expect(entry(mina)).toContainText('1 new')
  await phone.back()
  await expect(items(phone).first()).not.toContainText('Unread')
  await phone.back()
  await expect(phone.room('General')).toBeVisible()

  await entry(mina).click()
  await expect(items(mina)).toHaveCount(2)
  await list(mina).getByText('Unread', { exact: true }).first().click()
  await expect(items(mina)).toHaveCount(1)
  await mina.page.keyboard.press('Tab')
  await items(mina).getByRole('button').click()
  await expect(reply(mina, 'answer to the first')).toBeVisible()
  await expect(entry(mina)).not.toContainText('new')
  await thread(mina).getByRole('button', { name: 'Back' }).click()
  await list(mina).getByText('All', { exact: true }).click()
  await expect(items(mina)).toHaveCount(2)

  // Who ceases to follow hears nothing more, and has it off the list.
  await items(mina).last().getByRole('button').click()
  await thread(mina).getByRole('button', { name: 'Following' }).click()
  await expect(thread(mina).getByRole('button', { name: 'Following' })).toHaveAttribute('aria-pressed', 'false')
  await thread(mina).getByRole('button', { name: 'Back' }).click()
  await expect(items(mina)).toHaveCount(1)
})

test('a reply waits for the network, is kept as a draft, and is led to by a link', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await notePassing(joon.page)
  await mina.open('General')
  await joon.open('General')
  await mina.send('the root')
  await openThread(joon, 'the root')
  await field(joon).fill('half a reply')
  await expect(joon.composer.first()).toHaveValue('')
  await joon.page.reload()
  await expect(joon.message('the root')).toBeVisible()
  await openThread(joon, 'the root')
  await expect(field(joon)).toHaveValue('half a reply')

  await joon.untilSettled()
  await joon.page.context().setOffline(true)
  await expect(joon.page.getByText('You are offline')).toBeVisible()
  await answer(joon, 'from the tunnel')
  await joon.page.context().setOffline(false)
  await expect(joon.page.getByText('You are offline')).toBeHidden()
  await inRoom(mina, 'the root').getByRole('button', { name: /1 reply/ }).click()
  await expect(reply(mina, 'from the tunnel')).toBeVisible()
  await expect(reply(joon, 'from the tunnel')).toHaveCount(1)

  const link = await linkTo(reply(mina, 'from the tunnel'))
  await joon.page.keyboard.press('Escape')
  await joon.page.goto(link)
  await expect(reply(joon, 'from the tunnel')).toBeVisible()
  await expectGlowed(joon.page, 'from the tunnel')
  await expect(inRoom(joon, 'the root')).toBeVisible()
})

test('a long thread leaves the room’s list whole, and is read from where reading ended', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await mina.send('before the flood')
  await mina.send('the flood begins here')
  const author = await Author.as(maru, 'joon')
  const history = await author.history(mina.roomId)
  const root = history.find(({ content }) => content === 'the flood begins here')?.id ?? ''
  for (let n = 1; n <= 150; n += 1) await author.reply(mina.roomId, root, `drop no. ${n}.`)
  await joon.page.close()
  await expect(inRoom(mina, 'the flood begins here').getByRole('button', { name: /150 replies/ })).toBeVisible()

  await mina.page.reload()
  await expect(inRoom(mina, 'before the flood')).toBeVisible()
  await expect(entry(mina)).toContainText('1 new')
  await inRoom(mina, 'the flood begins here').getByRole('button', { name: /150 replies/ }).click()
  await expect(reply(mina, 'drop no. 1.')).toBeInViewport()
  await expect(thread(mina).getByRole('separator').filter({ hasText: 'New' })).toBeVisible()
  await thread(mina).getByRole('button', { name: 'Go to the newest messages' }).click()
  await expect(reply(mina, 'drop no. 150.')).toBeInViewport()
  await expect(entry(mina)).not.toContainText('new')
})
