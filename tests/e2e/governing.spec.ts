// What administrators do for the whole team, and what everybody sees of it.

import { expectAccessible } from './accessible.js'
import { expect, Person, test, twoPeople } from './people.js'
import { png } from './samples.js'

async function openAdministration(person: Person, page: string): Promise<void> {
  await person.page.getByRole('button', { name: 'Your account' }).click()
  await person.page.getByRole('menuitem', { name: 'Administration' }).click()
  await person.page.getByRole('dialog').getByRole('button', { name: page, exact: true }).click()
}

test('the name and the accent of the team reach everybody, and visitors', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await openAdministration(mina, 'Settings')
  await mina.page.getByLabel('Name of the team').fill('Blue Lake')
  await mina.page.getByRole('radio', { name: 'Teal' }).check({ force: true })
  await mina.page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(mina.page.getByRole('dialog').getByText('Saved', { exact: true })).toBeVisible()
  await expect(joon.page.getByRole('link', { name: 'Blue Lake' })).toBeVisible()
  await expect(joon.page).toHaveTitle(/Blue Lake/)
  await expect(joon.page.locator('html')).toHaveAttribute('data-accent', 'teal')
  const visitor = await browser.newPage()
  await visitor.goto(maru.url)
  await expect(visitor.getByRole('heading', { name: 'Log in to Blue Lake' })).toBeVisible()
  const manifest = await visitor.request.get(`${maru.url}/manifest.webmanifest`)
  expect(await manifest.json()).toMatchObject({ name: 'Blue Lake', short_name: 'Blue Lake' })
})

test('a limit that is no number is refused, and the one before stays', async ({ browser, maru }) => {
  const { mina } = await twoPeople(browser, maru)
  await openAdministration(mina, 'Settings')
  const files = mina.page.getByLabel('Files of one person, in gigabytes')
  const save = mina.page.getByRole('button', { name: 'Save', exact: true })
  const saved = mina.page.getByRole('dialog').getByText('Saved', { exact: true })
  await files.fill('2.5')
  await save.click()
  await expect(saved).toBeVisible()
  await files.fill('10 GB')
  await save.click()
  await expect(mina.page.getByRole('alert').filter({ hasText: 'write a number such as 10' })).toBeVisible()
  await expect(saved).toHaveCount(0)
  await mina.page.keyboard.press('Escape')
  await openAdministration(mina, 'Settings')
  await expect(files).toHaveValue('2.5')
})

test('whoever lets a room follow the team’s time is told what goes', async ({ browser, maru }) => {
  const { mina } = await twoPeople(browser, maru)
  await mina.createRoom('Harbour')
  await mina.send('an anchor')
  const { page } = mina
  const edit = page.getByRole('dialog', { name: 'Edit room' })
  const openEdit = async () => {
    await page.getByRole('button', { name: 'Room menu' }).click()
    await page.getByRole('menuitem', { name: 'Edit room' }).click()
  }
  await openEdit()
  await edit.getByLabel('Messages are kept').selectOption('For ever')
  await expect(edit.getByText('This cannot be undone.')).toHaveCount(0)
  await edit.getByRole('button', { name: 'Save' }).click()
  await expect(edit).toHaveCount(0)
  await openAdministration(mina, 'Settings')
  await page.getByLabel('Messages are kept').selectOption('30 days')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('dialog').getByText('Saved', { exact: true })).toBeVisible()
  await page.getByRole('dialog').getByRole('button', { name: 'Rooms', exact: true }).click()
  const room = page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Harbour' })
  await room.getByRole('button', { name: 'Manage: Harbour' }).click()
  await room.getByLabel('Messages are kept').selectOption('As the whole team')
  await expect(room.getByText('Messages older than 30 days are removed')).toBeVisible()
  await page.keyboard.press('Escape')
  await openEdit()
  await edit.getByLabel('Messages are kept').selectOption('As the whole team')
  await expect(edit.getByText('Messages older than 30 days are removed')).toBeVisible()
  await expectAccessible(page)
})

test('whoever invites somebody, or asks in vain, is where they were before', async ({ browser, maru }) => {
  const { mina } = await twoPeople(browser, maru)
  const { page } = mina
  await openAdministration(mina, 'Invites')
  await page.getByRole('dialog').getByRole('button', { name: 'Invite people', exact: true }).click()
  await page.getByRole('button', { name: 'Create link' }).click()
  await expect(page.getByRole('textbox', { name: 'Invite link' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: /^Take back: by Mina/ }).first()).toBeVisible()
  await page.route('**/api/v1/admin/storage', (route) => route.abort())
  await page.getByRole('button', { name: 'Storage', exact: true }).click()
  const retry = page.getByRole('dialog').getByRole('button', { name: 'Try again' })
  await expect(retry).toBeVisible()
  await page.unroute('**/api/v1/admin/storage')
  await retry.click()
  await expect(page.getByText('Files by kind')).toBeVisible()
})

test('a logo and a greeting meet whoever comes, by an invitation as well', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  const invitation = await mina.invite()
  await openAdministration(mina, 'Settings')
  const dialog = mina.page.getByRole('dialog')
  const chooser = mina.page.waitForEvent('filechooser')
  await dialog.getByRole('button', { name: 'Choose an image' }).click()
  await (await chooser).setFiles(png('logo.png', 200, 200, [40, 120, 200]))
  await expect(dialog.getByRole('button', { name: 'Remove' })).toBeVisible()
  await dialog.getByLabel('Greeting').fill('Welcome!\nNo account yet? Ask Mina.')
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(dialog.getByText('Saved', { exact: true })).toBeVisible()
  const isShown = (page: typeof joon.page) =>
    page
      .locator('img[src*="/server/logo/"]')
      .evaluateAll((images) => images.some((image) => (image as HTMLImageElement).naturalWidth > 0))
  await expect.poll(() => isShown(joon.page)).toBe(true)

  const visitor = await (await browser.newContext()).newPage()
  for (const place of [maru.url, invitation]) {
    await visitor.goto(place)
    await expect(visitor.getByText('No account yet? Ask Mina.')).toBeVisible()
    await expect.poll(() => isShown(visitor)).toBe(true)
    await expectAccessible(visitor)
  }
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await expect(dialog.getByRole('button', { name: 'Choose an image' })).toBeVisible()
  await expect(joon.page.locator('img[src*="/server/logo/"]')).toHaveCount(0)
})

test('an announcement stands above the rooms until it is dismissed', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  // It is read out where it comes into what stood there before.
  const region = joon.page.locator('.page > [aria-live=polite]')
  await expect(region).toBeEmpty()
  await openAdministration(mina, 'Announcements')
  await mina.page.getByRole('dialog').getByLabel('Text', { exact: true }).fill('The lift is **broken**')
  await mina.page.getByLabel('Importance').selectOption('Warning')
  await mina.page.getByRole('button', { name: 'Announce', exact: true }).click()
  const banner = joon.page.getByRole('region', { name: 'Announcements' })
  await expect(banner.getByText('broken')).toBeVisible()
  await expect(banner.getByText('Warning')).toBeAttached()
  await expectAccessible(joon.page)
  await banner.getByRole('button', { name: 'Dismiss' }).click()
  await expect(banner).toHaveCount(0)
  await joon.page.reload()
  // What is told at the beginning is there before anything is sent.
  await joon.open('General')
  await joon.send('the stairs, then')
  await expect(banner).toHaveCount(0)
})

test('what was done is read in the audit log, and found by its act', async ({ browser, maru }) => {
  const { mina } = await twoPeople(browser, maru)
  await openAdministration(mina, 'Audit log')
  const entries = (text: string) => mina.page.getByRole('dialog').getByRole('listitem').filter({ hasText: text })
  await expect(entries('Account created · Joon')).toBeVisible()
  await mina.page.getByLabel('Act', { exact: true }).selectOption('Invite created')
  await expect(entries('Account created')).toHaveCount(0)
  await expect(entries('Invite created').first()).toBeVisible()
  const download = mina.page.waitForEvent('download')
  await mina.page.getByRole('button', { name: 'Download' }).click()
  expect((await download).suggestedFilename()).toBe('audit.jsonl')
})

test('a room is found, kept for a time and deleted without being in it', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.createRoom('Harbour')
  await openAdministration(mina, 'Rooms')
  await mina.page.getByRole('searchbox', { name: 'Search by name' }).fill('harb')
  const room = mina.page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Harbour' })
  await expect(room).toContainText('owned by Joon')
  await room.getByRole('button', { name: 'Manage' }).click()
  await room.getByLabel('Messages are kept').selectOption('30 days')
  await expect(room.getByText('Messages older than 30 days are removed')).toBeVisible()
  await room.getByRole('button', { name: 'Save' }).click()
  await expect(room).toContainText('kept: 30 days')
  const question = mina.page.getByRole('dialog', { name: 'Delete Harbour?' })
  await room.getByRole('button', { name: 'Delete room' }).click()
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(room.getByRole('button', { name: 'Delete room' })).toBeFocused()
  await room.getByRole('button', { name: 'Delete room' }).click()
  await question.getByRole('button', { name: 'Delete room' }).click()
  await expect(mina.page.getByRole('dialog').getByRole('heading', { name: 'Rooms' })).toBeVisible()
  await expect(mina.page.getByRole('searchbox', { name: 'Search by name' })).toHaveValue('harb')
  await expect(room).toHaveCount(0)
})

for (const page of ['Settings', 'Rooms', 'Invites', 'Announcements', 'Storage', 'Background work', 'Audit log']) {
  test(`${page} is accessible and fits, also on a phone in the dark`, async ({ browser, maru }) => {
    const { mina } = await twoPeople(browser, maru)
    await openAdministration(mina, page)
    const section = mina.page.getByRole('region', { name: page, exact: true })
    await expect(section.getByText('One moment…')).toHaveCount(0)
    await expectAccessible(mina.page)
    await mina.page.emulateMedia({ colorScheme: 'dark' })
    await mina.page.setViewportSize({ width: 360, height: 760 })
    await expectAccessible(mina.page)
    await expect
      .poll(() => section.evaluate((element) => element.scrollWidth - element.clientWidth))
      .toBeLessThanOrEqual(0)
    await mina.page.getByRole('button', { name: 'All pages' }).click()
    await expect(mina.page.getByRole('dialog').getByRole('button', { name: page, exact: true })).toBeFocused()
  })
}
