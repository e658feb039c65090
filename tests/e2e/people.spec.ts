// Administrators look after people's accounts, and everybody sees what follows from it at once.

import { expectAccessible } from './accessible.js'
import { expect, Person, test, twoPeople } from './people.js'

async function openPeople(person: Person): Promise<void> {
  await person.page.getByRole('button', { name: 'Your account' }).click()
  await person.page.getByRole('menuitem', { name: 'Administration' }).click()
  await person.page.getByRole('button', { name: 'People', exact: true }).click()
}

async function lookAfter(person: Person, name: string): Promise<void> {
  await openPeople(person)
  await person.page.getByRole('button', { name: `@${name.toLowerCase()}` }).click()
}

test('people are searched and narrowed, and who is no administrator has no such page', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await openPeople(mina)
  const { page } = mina
  const entries = page.getByRole('button', { name: '@' })
  await expect(entries).toHaveCount(2)
  await expect(entries.filter({ hasText: 'Mina' })).toContainText('Owner')
  await page.getByLabel('Search by name').fill('joo')
  await expect(entries).toHaveCount(1)
  await page.getByLabel('Search by name').fill('nobody at all')
  await expect(page.getByText('Nobody fits that.')).toBeVisible()
  await page.getByLabel('Search by name').fill('')
  await page.getByLabel('Show', { exact: true }).selectOption('Owners')
  await expect(entries).toHaveCount(1)
  await expectAccessible(page)

  await joon.page.getByRole('button', { name: 'Your account' }).click()
  await expect(joon.page.getByRole('menuitem', { name: 'Settings' })).toBeVisible()
  await expect(joon.page.getByRole('menuitem', { name: 'Administration' })).toHaveCount(0)
  await expect(joon.page.getByRole('menuitem', { name: 'Reports' })).toHaveCount(0)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Your account' }).click()
  await expect(page.getByRole('menuitem', { name: 'Reports' })).toBeVisible()
})

test('who becomes a guest is marked as one, and is offered no rooms from then on', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.open('General')
  await expect(joon.page.getByRole('button', { name: 'Browse rooms' })).toBeVisible()
  await lookAfter(mina, 'Joon')
  // Who only moves through the roles gives none.
  await mina.page.getByRole('radio', { name: /^Member/ }).press('ArrowDown')
  await expect(mina.page.getByRole('radio', { name: /^Guest/ })).toBeChecked()
  await expect(mina.page.getByText('Guests lose their roles in rooms.')).toBeVisible()
  await expect(joon.page.getByRole('button', { name: 'Browse rooms' })).toBeVisible()
  await mina.page.getByRole('button', { name: 'Change role' }).click()
  await expect(mina.page.getByRole('status').filter({ hasText: '“Guest” now' })).toBeVisible()
  await expectAccessible(mina.page)
  await expect(joon.page.getByRole('button', { name: 'Browse rooms' })).toHaveCount(0)
  await expect(joon.page.getByRole('button', { name: 'Create a room' })).toHaveCount(0)
  await mina.page.keyboard.press('Escape')
  await mina.open('General')
  await mina.page.getByTitle('Show members').click()
  const member = mina.page.getByRole('complementary', { name: 'Members' }).getByRole('button', { name: /Joon/ })
  await expect(member).toContainText('Guest')
  await member.click()
  await expect(mina.page.getByRole('dialog')).toContainText('Guest')
})

test('a reset link is asked about before it logs somebody out', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await lookAfter(mina, 'Joon')
  const { page } = mina
  const reset = page.getByRole('button', { name: 'Make a reset link' })
  const question = page.getByRole('dialog', { name: 'Take Joon’s password away?' })
  await reset.click()
  await expect(question).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(question).toHaveCount(0)
  await expect(joon.page.getByRole('button', { name: 'Your account' })).toBeVisible()
  await reset.click()
  await question.getByRole('button', { name: 'Make a reset link' }).click()
  await expect(page.getByRole('textbox', { name: 'Link to choose a password' })).toBeVisible()
  await expect(joon.page.getByRole('heading', { name: 'Log in to Maru' })).toBeVisible()
})

test('an account is deactivated at once, and comes back with a link', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.open('General')
  await lookAfter(mina, 'Joon')
  const { page } = mina
  await expect(page.getByRole('region', { name: 'Logged in on' }).getByRole('listitem')).toHaveCount(1)
  const deactivate = page.getByRole('region', { name: 'Deactivate' }).getByRole('button')
  const question = page.getByRole('dialog', { name: 'Deactivate Joon?' })
  await deactivate.click()
  await expectAccessible(page)
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(deactivate).toBeFocused()
  await deactivate.click()
  await question.getByRole('button', { name: 'Deactivate' }).click()
  await expect(page.getByText('Joon is deactivated.')).toBeVisible()
  await expect(joon.page.getByRole('heading', { name: 'Log in to Maru' })).toBeVisible()
  await page.getByRole('region', { name: 'Reactivate' }).getByRole('button').click()
  const link = await page.getByRole('textbox', { name: 'Link to choose a password' }).inputValue()
  expect(link).toMatch(/\/reset#.{20,}/)
  await expectAccessible(page)
  await joon.page.goto(link)
  await expect(joon.page.getByLabel('New password', { exact: true })).toBeVisible()
})

test('somebody is erased only when their username is typed, and leaves no name', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.open('General')
  await joon.send('a pelican of mine')
  await mina.open('General')
  await lookAfter(mina, 'Joon')
  const { page } = mina
  const erase = page.getByRole('region', { name: 'Erase for good' })
  await erase.getByRole('button', { name: 'Erase for good' }).click()
  const confirm = erase.getByRole('button', { name: 'Erase for good' })
  await expect(confirm).toBeDisabled()
  await erase.getByRole('textbox').fill('mina')
  await expect(confirm).toBeDisabled()
  await erase.getByRole('textbox').fill('joon')
  await expectAccessible(page)
  await confirm.click()
  await expect(page.getByRole('button', { name: '@' })).toHaveCount(1)
  await page.keyboard.press('Escape')
  const message = mina.message('a pelican of mine')
  await expect(message).toBeVisible()
  await expect(page.getByText('Deleted person', { exact: true }).first()).toBeVisible()
  await expect(page.getByText('Joon', { exact: true })).toHaveCount(0)
})

test('a guest is invited into rooms, and sees them alone', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const { page } = mina
  await page.getByRole('button', { name: 'Invite people to Maru' }).click()
  await page.getByLabel('They join as').selectOption('Guests')
  const create = page.getByRole('button', { name: 'Create link' })
  await expect(create).toBeDisabled()
  await page.getByRole('checkbox', { name: 'General' }).check()
  await expectAccessible(page)
  await create.click()
  const link = await page.getByRole('textbox', { name: 'Invite link' }).inputValue()
  expect(link).toMatch(/\/invite#/)
})
