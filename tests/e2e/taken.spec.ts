// What people take along: a conversation, or everything of their own, as one file.

import { readFile } from 'node:fs/promises'
import { expectAccessible } from './accessible.js'
import { expect, Person, PHONE, test, twoPeople } from './people.js'
import { unzipped } from './zip.js'

/** The pages of what is downloaded by the open dialog. */
async function downloaded({ page }: Person): Promise<string> {
  const coming = page.waitForEvent('download')
  await page.getByRole('dialog').getByRole('link', { name: 'Download' }).click()
  const download = await coming
  expect(download.suggestedFilename()).toMatch(/\.zip$/)
  const files = unzipped(await readFile(await download.path()))
  return [...files].map(([path, content]) => (path.endsWith('.html') ? content.toString('utf8') : '')).join('\n')
}

async function openRoomDownload({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Room menu' }).click()
  await page.getByRole('menuitem', { name: 'Download conversation' }).click()
}

test('a conversation is taken along by who is in it, found again, and removed', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('Harbour')
  await mina.send('the anchor is up')
  await openRoomDownload(mina)
  const dialog = mina.page.getByRole('dialog', { name: 'Download Harbour' })
  await expectAccessible(mina.page)
  await dialog.getByRole('button', { name: 'Prepare the file' }).click()
  await expect(dialog.getByRole('link', { name: 'Download' })).toBeVisible()
  await expect(dialog).toContainText('To be had until')
  await expectAccessible(mina.page)
  expect(await downloaded(mina)).toContain('the anchor is up')
  await mina.page.keyboard.press('Escape')

  // It is there as well where something else is asked for, and goes when that is.
  await mina.open('General')
  await openRoomDownload(mina)
  const other = mina.page.getByRole('dialog', { name: 'Download General' })
  await expect(other).toContainText(/Harbour .*\.zip/)
  await other.getByRole('button', { name: 'Remove the file' }).click()
  await expect(other.getByRole('link', { name: 'Download' })).toHaveCount(0)
  await expect(other.getByRole('button', { name: 'Prepare the file' })).toBeEnabled()

  // Nobody else has it.
  await joon.open('General')
  await openRoomDownload(joon)
  await expect(joon.page.getByRole('button', { name: 'Prepare the file' })).toBeEnabled()
  await expect(joon.page.getByRole('dialog')).not.toContainText('.zip')
})

test('on a phone somebody takes along what is their own, and is told when that fails', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', PHONE)
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('mine alone')
  await mina.page.getByRole('link', { name: 'Back' }).click()
  await mina.page.getByRole('button', { name: 'Your account' }).click()
  await mina.page.getByRole('menuitem', { name: 'Settings' }).click()
  await mina.page.getByRole('tab', { name: 'Privacy' }).click()
  const own = mina.page.getByRole('region', { name: 'My data' })
  await expect(own.getByRole('button', { name: 'Prepare the file' })).toBeEnabled()
  await mina.page.route('**/api/v1/me/archive', (route) => route.abort())
  await own.getByRole('button', { name: 'Prepare the file' }).click()
  await expect(own.getByRole('alert')).toHaveText('The server does not answer. Please try again.')
  await mina.page.unroute('**/api/v1/me/archive')
  await own.getByRole('button', { name: 'Prepare the file' }).click()
  await expect(own.getByRole('link', { name: 'Download' })).toBeVisible()
  await expectAccessible(mina.page)
  expect(await downloaded(mina)).toContain('mine alone')
})
