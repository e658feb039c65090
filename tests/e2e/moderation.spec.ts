// Keeping a room in order: roles, who may post and how often, hidden messages, reports.

import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { choose, expect, Person, test, twoPeople } from './people.js'

const dialog = ({ page }: Person): Locator => page.getByRole('dialog')
const reports = ({ page }: Person): Locator => page.getByRole('region', { name: 'Reports', exact: true })

/** A room of Mina, with Joon in it. */
async function room(mina: Person, joon: Person, name: string): Promise<void> {
  await mina.createRoom(name)
  await joon.page.goto(mina.page.url())
  await joon.page.getByRole('button', { name: 'Join the room' }).click()
  await expect(joon.composer).toBeVisible()
}

async function edit({ page }: Person, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Room menu' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

async function setRole(mina: Person, name: string, role: string): Promise<void> {
  const { page } = mina
  const members = page.getByRole('complementary', { name: 'Members' })
  if (!(await members.isVisible())) await page.getByRole('button', { name: /^\d+ members?$/ }).click()
  await members.getByRole('button', { name }).click()
  await dialog(mina).getByLabel('Role in this room').selectOption(role)
  await dialog(mina).getByRole('button', { name: 'Change role' }).click()
  await expect(members.getByRole('button', { name })).toContainText(role)
  await page.keyboard.press('Escape')
}

test('an announcement room says who may post, leaves threads to others, and a moderator posts', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await room(mina, joon, 'News')
  await edit(mina, 'Edit room')
  await expectAccessible(mina.page)
  await dialog(mina).getByLabel('Who may post').selectOption('Owners and moderators; others reply in threads')
  await dialog(mina).getByLabel('Who may use @room and @here').selectOption('Only owners and moderators')
  await dialog(mina).getByRole('button', { name: 'Save' }).click()
  await expect(joon.page.getByText('Only owners and moderators post here. You can reply in threads.')).toBeVisible()
  await expect(joon.composer).toHaveCount(0)
  await expect(joon.log).toContainText('Mina lets only owners and moderators post here.')
  await mina.send('We move on Friday')
  await choose(joon.message('We move on Friday'), 'Reply in thread')
  const thread = joon.page.getByRole('region', { name: 'Thread' })
  await thread.getByRole('textbox').fill('Where to?')
  await thread.getByRole('textbox').press('Enter')
  await expect(mina.message('We move on Friday')).toContainText('1 reply')
  await joon.page.keyboard.press('Escape')

  await setRole(mina, 'Joon', 'Moderator')
  await expect(joon.log).toContainText('Mina made Joon a moderator.')
  await joon.send('To the new house')
  await expect(mina.message('To the new house')).toBeVisible()
})

test('a reply is not shown in the room, too, once that is left to others', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await room(mina, joon, 'News')
  await mina.send('We move on Friday')
  await choose(joon.message('We move on Friday'), 'Reply in thread')
  const thread = joon.page.getByRole('region', { name: 'Thread' })
  await thread.getByRole('checkbox').check()
  await edit(mina, 'Edit room')
  await dialog(mina).getByLabel('Who may post').selectOption('Owners and moderators; others reply in threads')
  await dialog(mina).getByRole('button', { name: 'Save' }).click()
  await expect(thread.getByRole('checkbox')).toHaveCount(0)
  await thread.getByRole('textbox').fill('Where to?')
  await thread.getByRole('textbox').press('Enter')
  await expect(mina.message('We move on Friday')).toContainText('1 reply')
})

test('a role that is refused is not shown as given', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await room(mina, joon, 'News')
  const { page } = mina
  const members = page.getByRole('complementary', { name: 'Members' })
  await page.getByRole('button', { name: /^\d+ members?$/ }).click()
  await members.getByRole('button', { name: 'Mina' }).click()
  const role = dialog(mina).getByLabel('Role in this room')
  await role.selectOption('Member')
  await dialog(mina).getByRole('button', { name: 'Change role' }).click()
  await expect(page.getByText('A room has at least one owner.')).toBeVisible()
  await expect(role).toHaveValue('Owner')
})

test('a report that only its author could handle is not taken for a repeated one', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send('buy walnuts')
  await choose(joon.message('buy walnuts'), 'Report…')
  await dialog(joon).getByText('Spam or advertising').click()
  await dialog(joon).getByRole('button', { name: 'Report' }).click()
  await expect(joon.page.getByText('Nobody but its author could handle your report')).toBeVisible()
})

test('in slow mode the composer counts down, and no message is lost', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await room(mina, joon, 'Slow')
  await edit(mina, 'Edit room')
  await dialog(mina).getByLabel('Time between two messages of a member').selectOption('10 seconds')
  await dialog(mina).getByRole('button', { name: 'Save' }).click()
  await expect(joon.page.getByText('Slow mode: one message every 10 seconds.')).toBeVisible()
  await joon.send('first')
  await expect(joon.page.getByText(/Slow mode: you can write again in 0:(0\d|10)\./)).toBeVisible()
  await joon.composer.fill('second')
  await joon.composer.press('Enter')
  await expect(joon.composer).toHaveValue('second')
  await expect(joon.page.getByText('Slow mode: one message every 10 seconds.')).toBeVisible()
  await joon.composer.press('Enter')
  await expect(mina.message('second')).toBeVisible()
  await mina.send('an owner')
  await mina.send('does not wait')
})

test('a message that is hidden says nothing to others, and is shown again as it was', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await joon.send('buy **walnuts**', 'buy walnuts')
  await choose(mina.message('walnuts'), 'Hide')
  await dialog(mina).getByRole('button', { name: 'Hide' }).click()
  await expect(joon.log).toContainText('Your message was hidden by a moderator.')
  await expect(joon.message('walnuts')).toHaveCount(0)
  await expect(joon.page.getByRole('button', { name: 'Show again' })).toHaveCount(0)
  const hidden = mina.message('This message was hidden by a moderator.')
  await hidden.getByRole('button', { name: 'See what it says' }).click()
  await expect(hidden).toContainText('buy walnuts')
  await expectAccessible(mina.page)
  await hidden.getByRole('button', { name: 'Show again' }).click()
  await expect(joon.message('walnuts')).toBeVisible()
  await expect(mina.message('walnuts').locator('strong', { hasText: 'walnuts' })).toBeVisible()
})

test('what somebody reports is told to who looks after the room, who sees it in place and handles it', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  const sora = await Person.in(browser, maru, 'Sora')
  await sora.accept(await mina.invite())
  for (const person of [mina, joon, sora]) await person.open('General')
  await joon.send('buy walnuts')
  await choose(sora.message('buy walnuts'), 'Report…')
  await expect(dialog(sora).getByRole('button', { name: 'Report' })).toBeDisabled()
  await dialog(sora).getByText('Spam or advertising').click()
  await dialog(sora).getByLabel('Details (optional)').fill('the third time')
  await expectAccessible(sora.page)
  await dialog(sora).getByRole('button', { name: 'Report' }).click()
  await expect(sora.page.getByText('Thank you. Your report was sent.')).toBeVisible()

  await mina.page.getByRole('navigation').getByRole('button', { name: /Inbox/ }).click()
  await mina.page.getByRole('button', { name: /Sora reported a message/ }).click()
  const report = reports(mina).getByRole('article')
  await expect(report).toContainText('Spam or advertising: the third time')
  await expect(report).toContainText('buy walnuts')
  await expectAccessible(mina.page)
  await report.getByRole('button', { name: 'Hide', exact: true }).click()
  await expect(reports(mina)).toContainText('Nothing to look at')
  await expect(joon.log).toContainText('Your message was hidden by a moderator.')
  await reports(mina).getByText('Resolved').click()
  await expect(report).toContainText('Message hidden by Mina')

  // Who governs the server has all rooms' in one place.
  await mina.page.keyboard.press('Escape')
  await expect(reports(mina)).toHaveCount(0)
  await mina.page.getByRole('button', { name: 'Your account' }).click()
  await mina.page.getByRole('menuitem', { name: 'Reports' }).click()
  await expect(reports(mina)).toContainText('Nothing to look at')
  await joon.page.getByRole('button', { name: 'Your account' }).click()
  await expect(joon.page.getByRole('menuitem', { name: 'Settings' })).toBeVisible()
  await expect(joon.page.getByRole('menuitem', { name: 'Reports' })).toHaveCount(0)
})
