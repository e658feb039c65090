// A link to a message shows that message, to whoever may read it.

import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { expect, Person, test, twoPeople } from './people.js'
import { text } from './samples.js'

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** What is quoted under a message. */
const quoted = (person: Person, message: string): Locator => person.message(message).getByRole('listitem')

/** The address of a message, as its menu copies it. */
async function linkTo(person: Person, message: string): Promise<string> {
  await person.message(message).hover()
  await person.message(message).getByRole('button', { name: 'More' }).click()
  await person.page.getByRole('menuitem', { name: 'Copy link' }).click()
  return person.page.evaluate(() => navigator.clipboard.readText())
}

async function choose(person: Person, message: string, action: string): Promise<void> {
  await person.message(message).hover()
  await person.message(message).getByRole('button', { name: 'More' }).click()
  await person.page.getByRole('menuitem', { name: action, exact: true }).click()
}

test('a link to a message quotes it, as it is now, and leads to it', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await mina.send('**Lunch** at noon?', 'Lunch at noon?')
  const link = await linkTo(mina, 'Lunch')
  await mina.createRoom('elsewhere')
  await joon.page.getByRole('button', { name: 'Browse rooms' }).click()
  await joon.page.getByRole('dialog').getByRole('button', { name: 'Join', exact: true }).click()
  await joon.page.keyboard.press('Escape')
  await joon.open('elsewhere')
  await mina.send(`settled in ${link} yesterday`, 'settled in')
  for (const person of [mina, joon]) {
    await expect(quoted(person, 'settled in')).toContainText('Lunch at noon?')
    await expect(quoted(person, 'settled in')).toContainText('Mina')
    await expect(quoted(person, 'settled in')).toContainText('#General')
  }
  await expectAccessible(joon.page)

  // It has its place before it is there.
  const height = async () => (await joon.message('settled in').boundingBox())?.height
  const before = await height()
  await joon.page.reload()
  await expect(quoted(joon, 'settled in')).toContainText('Lunch at noon?')
  expect(await height()).toBe(before)

  await mina.open('General')
  await choose(mina, 'Lunch', 'Edit')
  await mina.log.getByRole('textbox').fill('Dinner at six?')
  await mina.log.getByRole('textbox').press('Enter')
  await expect(quoted(joon, 'settled in')).toContainText('Dinner at six?')
  await quoted(joon, 'settled in').getByRole('link').click()
  await expect(joon.page).toHaveURL(link)
  await expect(joon.message('Dinner at six?')).toBeVisible()

  await joon.page.goBack()
  await choose(mina, 'Dinner', 'Delete')
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(quoted(joon, 'settled in')).toContainText('This message was deleted.')
  await expect(quoted(joon, 'settled in')).not.toContainText('Dinner')
})

test('what changed while the connection was gone is shown as it is', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('first words')
  const link = await linkTo(mina, 'first words')
  await mina.createRoom('elsewhere')
  await mina.send(`see ${link}`, 'see')
  await expect(quoted(mina, 'see')).toContainText('first words')
  const tab = await mina.anotherTab()
  await tab.open('General')
  await mina.page.evaluate(() => dispatchEvent(new Event('offline')))
  await expect(mina.page.getByText('You are offline.')).toBeVisible()
  await choose(tab, 'first words', 'Edit')
  await tab.log.getByRole('textbox').fill('second words')
  await tab.log.getByRole('textbox').press('Enter')
  await expect(tab.message('second words')).toBeVisible()
  await mina.page.evaluate(() => dispatchEvent(new Event('online')))
  await expect(quoted(mina, 'see')).toContainText('second words')
})

test('a link into a room that one is not in shows nothing of it', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('board', 'Only invited people')
  await mina.send('the new salaries')
  const link = await linkTo(mina, 'the new salaries')
  await mina.open('General')
  await joon.open('General')
  await mina.send(`for those who may: ${link}, and \`${link}\``, 'for those who may')
  await expect(quoted(mina, 'for those who may')).toHaveCount(1)
  await expect(quoted(mina, 'for those who may')).toContainText('the new salaries')
  await expect(joon.message('for those who may')).toBeVisible()
  // What is shown of it would have come before this.
  await mina.send('and after it')
  await expect(joon.message('and after it')).toBeVisible()
  await expect(quoted(joon, 'for those who may')).toHaveCount(0)
  await expect(joon.page.getByText('the new salaries')).toHaveCount(0)

  // Whoever comes in sees it, and whoever is sent away sees it no more.
  await mina.open('board')
  await mina.page.getByRole('button', { name: 'Room menu' }).click()
  await mina.page.getByRole('menuitem', { name: 'Invite people' }).click()
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Joon' }).click()
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Invite', exact: true }).click()
  await expect(quoted(joon, 'for those who may')).toContainText('the new salaries')
  await mina.page.getByTitle('Show members').click()
  await mina.page.getByRole('complementary').getByRole('button', { name: /Joon/ }).click()
  await mina.page.getByRole('button', { name: 'Remove from room' }).click()
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Remove from room' }).click()
  await expect(quoted(joon, 'for those who may')).toHaveCount(0)
})

test('a link into a public room leads there, by joining it; one into a private room tells nothing', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('garden')
  await mina.send('the roses bloom')
  const link = await linkTo(mina, 'the roses bloom')
  await mina.createRoom('board', 'Only invited people')
  await mina.send('the new salaries')
  const secret = await linkTo(mina, 'the new salaries')
  await joon.page.goto(secret)
  await expect(joon.page.getByText('This room cannot be opened')).toBeVisible()
  await expect(joon.page.getByRole('button', { name: 'Join the room' })).toHaveCount(0)
  await joon.page.goto(link)
  await expect(joon.page.getByRole('heading', { name: '#garden' })).toBeVisible()
  await expect(joon.page.getByText('1 member')).toBeVisible()
  await expectAccessible(joon.page)
  await joon.page.getByRole('button', { name: 'Join the room' }).click()
  await expect(joon.message('the roses bloom')).toBeVisible()
  await expect(joon.page).toHaveURL(link)

  // What is typed in the list of rooms looks for one.
  await joon.page.getByRole('button', { name: 'Browse rooms' }).click()
  await expect(joon.page.getByRole('searchbox', { name: 'Search rooms' })).toBeFocused()
})

test('on a phone, in Korean and in the dark, a quote fits, and names its files', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', { ...PHONE, colorScheme: 'dark' })
  await mina.setUp(maru)
  await mina.open('General')
  await mina.page.getByRole('button', { name: 'Attach files' }).tap()
  const chooser = mina.page.waitForEvent('filechooser')
  await mina.page.getByRole('menuitem', { name: 'Files' }).tap()
  await (await chooser).setFiles([text('a long name of the minutes of our meeting in November.txt', 'said'), text('plan.txt', 'todo')])
  await expect(mina.page.getByRole('list', { name: 'Attached files' }).getByRole('listitem')).toHaveCount(2)
  await mina.send('회의록과 계획이에요. '.repeat(12).trim(), '회의록과')
  const desk = await Person.in(browser, maru, 'Mina')
  await desk.logIn()
  await desk.open('General')
  const link = await linkTo(desk, '회의록과')
  await mina.page.evaluate(() => localStorage.setItem('maru:preferences', '{"language":"ko"}'))
  await mina.page.reload()
  await desk.send(`자료: ${link}`, '자료')
  await expect(quoted(mina, '자료')).toContainText('회의록과 계획이에요.')
  await expect(quoted(mina, '자료')).toContainText('minutes of our meeting in November.txt, plan.txt')
  expect(await mina.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false)
  const box = await quoted(mina, '자료').getByRole('link').boundingBox()
  expect(box?.height).toBeGreaterThanOrEqual(44)
  await expectAccessible(mina.page)
  await quoted(mina, '자료').getByRole('link').tap()
  await expect(mina.page).toHaveURL(link)
})
