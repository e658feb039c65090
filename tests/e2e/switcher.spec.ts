// Getting around by keyboard, in English and Korean.

import type { Locator } from '@playwright/test'
import { expect, Person, test, twoPeople } from './people.js'

const field = (person: Person): Locator => person.page.getByRole('combobox')
const options = (person: Person): Locator => person.page.getByRole('option')

test('Ctrl+K jumps to what is unread, to rooms by a few letters, and to people', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('release-train')
  await mina.createRoom('design')
  await joon.open('General')
  await joon.send('is anybody there?')
  await expect(mina.room('General')).toContainText('1 unread message')

  await mina.page.keyboard.press('Control+k')
  await expect(field(mina)).toBeFocused()
  await expect(options(mina).first()).toContainText('General')
  await mina.page.keyboard.type('rt')
  await expect(options(mina)).toHaveText([/release-train/, 'Search messages for “rt”'])
  await mina.page.keyboard.press('Enter')
  await expect(mina.page.getByPlaceholder('Message to release-train')).toBeFocused()

  // The field of the message is where the keys were; Esc leads back there.
  await mina.page.keyboard.press('Control+k')
  await expect(field(mina)).toBeFocused()
  await mina.page.keyboard.press('Escape')
  await expect(mina.page.getByPlaceholder('Message to release-train')).toBeFocused()

  await mina.page.keyboard.press('Control+k')
  await expect(field(mina)).toBeFocused()
  await mina.page.keyboard.type('joo')
  await expect(options(mina).first()).toContainText('@joon')
  await mina.page.keyboard.press('Enter')
  await expect(mina.page.getByRole('heading', { level: 1, name: 'Joon' })).toBeVisible()

  // What nothing is called may have been said.
  await mina.page.keyboard.press('Control+k')
  await expect(field(mina)).toBeFocused()
  await mina.page.keyboard.type('anybody')
  await expect(options(mina)).toHaveText(['Search messages for “anybody”'])
  await mina.page.keyboard.press('Enter')
  await expect(mina.page.getByRole('search').getByRole('option')).toContainText('is anybody there?')
})

test('rooms and people are found by initial consonants', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, '미나')
  await mina.setUp(maru)
  await mina.createRoom('회의')
  await mina.createRoom('하루')
  await mina.page.keyboard.press('Control+k')
  await field(mina).fill('ㅎㅇ')
  await expect(options(mina)).toHaveCount(2)
  await expect(options(mina).locator('mark')).toHaveText('회의')
  // Enter that ends a syllable chooses nothing.
  await field(mina).evaluate((element) =>
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })),
  )
  await expect(field(mina)).toBeVisible()
  await field(mina).press('Enter')
  await expect(mina.page.getByPlaceholder('Message to 회의')).toBeVisible()
})

test('Alt and the arrows move between rooms, Esc marks one as read, and ? tells of all keys', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('Alpha')
  await mina.createRoom('Beta')
  await joon.open('General')
  await joon.send('news')
  await expect(mina.room('General')).toContainText('1 unread message')
  await mina.open('Alpha')
  await mina.page.keyboard.press('Alt+ArrowDown')
  await expect(mina.page.getByPlaceholder('Message to Beta')).toBeVisible()
  await mina.page.keyboard.press('Alt+Shift+ArrowDown')
  await expect(mina.page.getByPlaceholder('Message to General')).toBeVisible()
  await expect(mina.page).toHaveTitle('General · Maru')

  await mina.composer.blur()
  await mina.page.keyboard.press('?')
  const keys = mina.page.getByRole('dialog', { name: 'Keyboard' })
  await expect(keys).toBeVisible()
  // Wherever there are keys, they are told of.
  for (const heading of ['Rooms', 'Messages', 'Text in the message field', 'In the list of messages', 'Everywhere']) {
    await expect(keys.getByRole('heading', { name: heading, exact: true })).toBeAttached()
  }
  await mina.page.keyboard.press('Escape')
  await expect(mina.page.getByRole('dialog')).toHaveCount(0)
  await mina.composer.pressSequentially('really?')
  await expect(mina.composer).toHaveValue('really?')
})
