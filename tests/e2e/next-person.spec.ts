// Two people who share a browser, one after the other.

import { keptIn } from './kept.js'
import { expect, PASSWORD, Person, press, test, twoPeople } from './people.js'

test('who logs in after somebody else finds nothing of theirs', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.page.context().close()
  const { page } = mina
  await mina.createRoom('secret plans', 'Only invited people')
  const roomId = mina.roomId
  await mina.send('nobody else may know')
  await press(mina.message('nobody else'), 'React')
  await page.getByRole('menuitem', { name: 'React with 🎉' }).click()
  await expect(mina.message('nobody else').getByRole('button', { name: /🎉, 1 person/ })).toBeVisible()
  await page.getByRole('button', { name: 'Search messages' }).click()
  await page.getByRole('searchbox').or(page.getByRole('combobox')).first().fill('nobody')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-panel]').getByText('nobody else may know').first()).toBeVisible()
  await page.locator('[data-panel]').getByRole('button', { name: 'Close' }).click()
  await mina.composer.fill('a draft about the plans')
  await mina.untilKnown('nobody else may know')
  await expect.poll(() => keptIn(page)).toContain('a draft about the plans')

  await page.getByRole('button', { name: 'Your account' }).click()
  await page.getByRole('menuitem', { name: 'Log out' }).click()
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible()
  for (const trace of [roomId, 'nobody', 'plans', 'secret', '🎉', 'General']) {
    await expect.poll(() => keptIn(page)).not.toContain(trace)
  }

  await page.getByLabel('Username').fill('joon')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in' }).click()
  const next = new Person(page, 'Joon')
  await next.open('General')
  await expect(next.room('secret plans')).toHaveCount(0)
  await expect(next.composer).toHaveValue('')
  await expect(page.getByRole('img', { name: 'Draft' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Search messages' }).click()
  await expect(page.locator('[data-panel]').getByText('nobody')).toHaveCount(0)
  await page.goto(`/rooms/${roomId}`)
  await expect(page.getByText('This room cannot be opened')).toBeVisible()
  // Only the browser's history led there.
  await expect.poll(() => keptIn(page)).not.toContain('nobody else')
})
