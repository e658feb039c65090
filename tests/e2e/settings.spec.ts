// What people choose for themselves, and what follows from it.

import { choose, expect, Person, test, twoPeople } from './people.js'

async function openSettings(person: Person, page: string): Promise<void> {
  await person.page.getByRole('button', { name: 'Your account' }).click()
  await person.page.getByRole('menuitem', { name: 'Settings' }).click()
  await person.page.getByRole('tab', { name: page }).click()
}

test('a new name is seen by everybody at once', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await mina.page.getByTitle('Show members').click()
  await openSettings(joon, 'Profile')
  await joon.page.getByLabel('Name', { exact: true }).fill('Joon Park')
  await joon.page.getByRole('button', { name: 'Save', exact: true }).click()
  await joon.page.keyboard.press('Escape')
  await expect(joon.page.getByRole('button', { name: 'Your account' })).toContainText('Joon Park')
  await expect(mina.page.getByRole('complementary', { name: 'Members' })).toContainText('Joon Park')
})

test('theme, accent and density are taken up at once and kept', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await openSettings(mina, 'Appearance')
  await mina.page.getByText('Dark', { exact: true }).click()
  await mina.page.getByTitle('Green').click()
  await mina.page.getByText('Compact', { exact: true }).click()
  const root = mina.page.locator('html')
  await mina.page.reload()
  await expect(root).toHaveAttribute('data-theme', 'dark')
  await expect(root).toHaveAttribute('data-accent', 'green')
  await expect(root).toHaveAttribute('data-density', 'compact')
})

test('the tabs of the settings are walked by arrow keys', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await openSettings(mina, 'Profile')
  await mina.page.keyboard.press('ArrowUp')
  await expect(mina.page.getByRole('tab', { name: 'About' })).toBeFocused()
  await expect(mina.page.getByRole('tabpanel')).toContainText('The room where your team talks.')
  await mina.page.keyboard.press('Escape')
  await expect(mina.page.getByRole('button', { name: 'Your account' })).toBeFocused()
})

test.describe('notifications', () => {
  test.use({ permissions: [] })

  test('are offered after the first direct message, never before', async ({ browser, maru }) => {
    const { mina, joon } = await twoPeople(browser, maru)
    // The browser of the tests refuses what nobody is there to allow; here it waits to be asked.
    await mina.page.addInitScript(() => {
      Object.defineProperty(Notification, 'permission', { get: () => 'default' })
    })
    await mina.page.reload()
    await mina.open('General')
    await joon.open('General')
    await joon.send('hello everybody')
    await expect(mina.message('hello everybody')).toBeVisible()
    await expect(mina.page.getByRole('region', { name: 'Notifications' })).toHaveCount(0)
    await joon.page.keyboard.press('Control+k')
    await expect(joon.page.getByRole('combobox')).toBeFocused()
    await joon.page.keyboard.type('mina')
    await expect(joon.page.getByRole('option').first()).toContainText('Mina')
    await joon.page.keyboard.press('Enter')
    await expect(joon.page.getByRole('heading', { level: 1, name: 'Mina' })).toBeVisible()
    await joon.send('just for you')
    await expect(mina.page.getByRole('region', { name: 'Notifications' })).toBeVisible()
    await mina.page.getByRole('button', { name: 'Not now' }).click()
    await expect(mina.page.getByRole('region', { name: 'Notifications' })).toHaveCount(0)
    await expect(mina.page.locator('link[rel="icon"]')).toHaveAttribute('href', /^data:image\/svg\+xml.*%3E1%3C/)
  })
})
