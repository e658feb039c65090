// What administrators see of their server.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectAccessible } from './accessible.js'
import { expect, Person, test, twoPeople } from './people.js'

async function openAdministration(person: Person, page: string): Promise<void> {
  await person.page.getByRole('button', { name: 'Your account' }).click()
  await person.page.getByRole('menuitem', { name: 'Administration' }).click()
  await person.page.getByRole('dialog').getByRole('button', { name: page, exact: true }).click()
}

test('an administrator sees figures move, and a member sees none', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await openAdministration(mina, 'Overview')
  const card = (name: string) => mina.page.getByRole('region', { name, exact: true })
  await expect(card('Connections')).toContainText('2 people online')
  await expect(card('Messages per second')).toContainText(/^Messages per second\s*0\s/)

  await joon.open('General')
  for (const text of ['one', 'two', 'three']) await joon.send(text)
  // The median of what was delivered since the page was opened, and a line that was drawn.
  await expect(card('From disk to connection')).toContainText(/[\d.]+ ms/)
  await expect(card('To the disk')).toContainText(/[\d.]+ ms/)
  await expect(card('Messages per second').locator('polyline')).toHaveAttribute('points', /,4\b/)
  await joon.page.close()
  await expect(card('Connections')).toContainText('1 person online')
})

test.describe('where Maru itself serves HTTPS', () => {
  // Browsers find this name on their own machine; nobody is there to issue a certificate for it.
  const nowhere = 'https://127.0.0.1:9/directory'
  test.use({ settings: { MARU_DOMAIN: 'chat.localhost', MARU_ACME_DIRECTORY: nowhere, MARU_TLS_REDIRECT_LISTEN: 'off' } })

  test('an administrator sees how it stands with the certificate', async ({ browser, maru }) => {
    const mina = await Person.in(browser, maru, 'Mina', { ignoreHTTPSErrors: true })
    await mina.setUp(maru)
    await openAdministration(mina, 'Overview')
    const card = mina.page.getByRole('region', { name: 'Certificate', exact: true })
    await expect(card).toContainText('None yet')
    await expect(card).toContainText('does not answer')
    await expectAccessible(mina.page)
  })
})

test.describe('where backups are made by themselves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maru-e2e-backups-'))
  test.use({ settings: { MARU_BACKUP_DIR: folder, MARU_BACKUP_EVERY: '1s', MARU_BACKUP_KEEP: '1' } })
  test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('an administrator sees the backups that there are', async ({ browser, maru }) => {
    const mina = await Person.in(browser, maru, 'Mina')
    await mina.setUp(maru)
    await openAdministration(mina, 'Backups')
    const card = mina.page.getByRole('region', { name: 'Backups', exact: true }).last()
    // The page asks when it is opened, and then once a minute.
    await expect(async () => {
      const pages = mina.page.getByRole('navigation', { name: 'Administration' })
      await pages.getByRole('button', { name: 'Overview' }).click()
      await pages.getByRole('button', { name: 'Backups' }).click()
      await expect(card).toContainText('Good: restored once to be sure', { timeout: 2000 })
    }).toPass()
    await card.getByText(/^\d backups? kept$/).click()
    await expect(card.getByRole('listitem').first()).toContainText('Proven by restoring it')
    await expectAccessible(mina.page)
  })
})

test('a member has no such page, and asks for nothing of it', async ({ browser, maru }) => {
  const { joon } = await twoPeople(browser, maru)
  const asked: string[] = []
  joon.page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await joon.page.getByRole('button', { name: 'Your account' }).click()
  await expect(joon.page.getByRole('menuitem', { name: 'Settings' })).toBeVisible()
  await expect(joon.page.getByRole('menuitem', { name: 'Administration' })).toHaveCount(0)
  expect(asked.filter((path) => path.includes('/admin/') || path.includes('AdministrationDialog'))).toEqual([])
})

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, width] of [
    ['phone', 360],
    ['desktop', 1280],
  ] as const) {
    test(`the figures are accessible and fit on a ${device} in ${colorScheme}`, async ({ browser, maru }) => {
      const viewport = { width: 1280, height: 800 }
      const mina = await Person.in(browser, maru, 'Mina', { colorScheme, viewport })
      await mina.setUp(maru)
      await openAdministration(mina, 'Overview')
      await mina.page.setViewportSize({ width, height: 800 })
      await expect(mina.page.getByRole('region', { name: 'Memory' }).locator('polyline')).toBeVisible()
      await expectAccessible(mina.page)
      const panel = mina.page.getByRole('region', { name: 'Overview' })
      await expect.poll(() => panel.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0)
    })
  }
}
