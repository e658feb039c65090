// The list of rooms, the people in them, and what they say of themselves.

import { Author } from './author.js'
import { expect, Person, placeOf, test, twoPeople } from './people.js'

async function roomsOf(person: Person, section: string): Promise<string[]> {
  const links = person.page.getByRole('navigation').getByRole('group', { name: section }).getByRole('link')
  return (await links.allInnerTexts()).map((text) => text.split('\n')[0] ?? '')
}

async function choose(person: Person, room: string, item: string): Promise<void> {
  await placeOf(person.room(room))
  await person.room(room).click({ button: 'right' })
  await person.page.getByRole('menuitem', { name: item }).click()
}

/** Drags a favourite, or another room, to right above a favourite. */
async function drag(person: Person, room: string, target: string): Promise<void> {
  // Rows that are still on their way to their places are missed.
  await placeOf(person.room(target))
  await person.room(room).dragTo(person.room(target), { targetPosition: { x: 40, y: 2 } })
}

test('favourites are kept in their order on all devices, by mouse and by keyboard', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  for (const name of ['Alpha', 'Beta', 'Gamma']) await mina.createRoom(name)
  for (const name of ['Alpha', 'Beta', 'Gamma']) await choose(mina, name, 'Add to favourites')
  await expect.poll(() => roomsOf(mina, 'Favourites')).toEqual(['Alpha', 'Beta', 'Gamma'])

  const phone = await Person.in(browser, maru, 'Mina')
  await phone.logIn()
  await drag(mina, 'Gamma', 'Alpha')
  for (const device of [mina, phone]) {
    await expect.poll(() => roomsOf(device, 'Favourites')).toEqual(['Gamma', 'Alpha', 'Beta'])
  }
  await mina.page.getByRole('button', { name: 'Options for Beta' }).focus()
  await mina.page.keyboard.press('Enter')
  await expect(mina.page.getByRole('menuitem', { name: 'Move up' })).toBeFocused()
  await mina.page.keyboard.press('Enter')
  for (const device of [mina, phone]) {
    await expect.poll(() => roomsOf(device, 'Favourites')).toEqual(['Gamma', 'Beta', 'Alpha'])
  }
  await expect(mina.page.getByRole('button', { name: 'Options for Beta' })).toBeFocused()
  await drag(mina, 'General', 'Beta')
  await expect.poll(() => roomsOf(phone, 'Favourites')).toEqual(['Gamma', 'General', 'Beta', 'Alpha'])
  await choose(mina, 'Gamma', 'Remove from favourites')
  await phone.page.reload()
  await expect.poll(() => roomsOf(phone, 'Favourites')).toEqual(['General', 'Beta', 'Alpha'])
})

test('a room that is joined on one device appears on the others', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.createRoom('Elsewhere')
  const roomId = /[0-9A-Z]{26}/u.exec(joon.page.url())?.[0] ?? ''
  await (await Author.as(maru, 'mina')).join(roomId)
  await expect(mina.room('Elsewhere')).toBeVisible()
})

test('unread rooms come first, until another room is opened, and sections fold', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.createRoom('Elsewhere')
  await mina.open('General')
  await mina.send('news')
  await expect.poll(() => roomsOf(joon, 'Unread')).toEqual(['General'])
  await joon.open('General')
  await expect(joon.room('General')).not.toContainText('unread')
  await expect.poll(() => roomsOf(joon, 'Unread')).toEqual(['General'])
  await joon.open('Elsewhere')
  await expect.poll(() => roomsOf(joon, 'Rooms')).toEqual(['Elsewhere', 'General'])

  await joon.page.getByRole('button', { name: 'Rooms', exact: true }).click()
  await expect.poll(() => roomsOf(joon, 'Rooms')).toEqual(['Elsewhere'])
  await joon.page.reload()
  await expect.poll(() => roomsOf(joon, 'Rooms')).toEqual(['Elsewhere'])
})

test('a status is set, shown to the others and cleared', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.page.getByRole('button', { name: 'Your account' }).click()
  await joon.page.getByRole('menuitem', { name: 'Set a status' }).click()
  await joon.page.getByRole('button', { name: 'Focusing' }).click()
  await joon.page.getByRole('button', { name: 'Set status' }).click()
  await expect(joon.page.getByRole('button', { name: 'Your account' })).toContainText('🎧 Focusing')

  await mina.page.getByTitle('Show members').click()
  const members = mina.page.getByRole('complementary', { name: 'Members' })
  const member = members.getByRole('listitem').filter({ hasText: 'Joon' })
  await expect(member).toContainText('Focusing')
  await expect(member.getByTitle('Do not disturb')).toBeVisible()
  await member.getByRole('button').click()
  const card = mina.page.getByRole('dialog', { name: 'Profile of Joon' })
  await expect(card).toContainText(/Focusing, until \S/)
  await card.getByRole('button', { name: 'Message' }).click()
  await expect(mina.page.getByRole('heading', { level: 1, name: 'Joon' })).toBeVisible()

  await joon.page.getByRole('button', { name: 'Your account' }).click()
  await joon.page.getByRole('menuitem', { name: 'Set a status' }).click()
  await joon.page.getByRole('button', { name: 'Clear status' }).click()
  await expect(joon.page.getByRole('button', { name: 'Your account' })).toContainText('Online')
})

test('an invite link is shown as a code, too', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.page.getByRole('button', { name: 'Invite people to Maru' }).click()
  await mina.page.getByRole('button', { name: 'Create link' }).click()
  await mina.page.getByRole('button', { name: 'Show QR code' }).click()
  await expect(mina.page.getByRole('img', { name: 'QR code of the invite link' })).toBeVisible()
})

test('what is meant for oneself is told at the edge of the list when it is out of sight', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  for (let count = 1; count <= 9; count += 1) await mina.createRoom(`room ${count}`)
  await joon.page.setViewportSize({ width: 1000, height: 420 })
  await joon.page.reload()
  const author = await Author.as(maru, 'mina')
  const ids = await mina.page.locator('li[data-room]').evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.room ?? ''))
  const other = await Author.as(maru, 'joon')
  for (const id of ids) await other.join(id)
  await choose(joon, 'General', 'Add to favourites')
  for (const id of ids) await author.write(id, 'hello')
  const pill = joon.page.getByRole('button', { name: /has news for you/ })
  await expect(pill).toHaveCount(0)
  const last = ids.at(-1) ?? ''
  await author.write(last, '@joon look here')
  // It stands first among the unread, above the fold: only whoever scrolls away is told.
  await expect(joon.room('room 9')).toContainText('1 mention')
  const unread = joon.page.getByRole('navigation').getByRole('group', { name: 'Unread' }).getByRole('link')
  await expect(unread).toHaveCount(ids.length - 1)
  await joon.page.locator('.lists').evaluate((element) => element.scrollTo(0, element.scrollHeight))
  await expect(pill).toContainText('further up')
  await pill.click()
  await expect(joon.page.locator(`li[data-room="${last}"] a`)).toBeFocused()
  await expect(pill).toHaveCount(0)
})

test('the rooms that one can join come first, in the order of their numbers', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  for (const name of ['project 1', 'project 10', 'project 2']) await mina.createRoom(name)
  await joon.page.getByRole('button', { name: 'Browse rooms' }).click()
  const names = joon.page.getByRole('dialog').getByRole('listitem').locator('strong')
  await expect(names).toHaveText(['project 1', 'project 2', 'project 10', 'General'])
})
