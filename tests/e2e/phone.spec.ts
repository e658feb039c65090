// On a phone: one column, fingers instead of a mouse, and a keyboard that comes only when it is called.

import type { Page } from '@playwright/test'
import { expect, Person, PHONE, test } from './people.js'
import { png } from './samples.js'

const LEAST_PX = 44

/** What a finger may want to hit and is too small for it, as HTML. Links within a text do not count. */
async function tooSmall(page: Page): Promise<string[]> {
  return page.locator('button:visible, a:visible, input:visible, select:visible').evaluateAll((elements, least) => {
    const isHit = (element: Element) => {
      const { pointerEvents, opacity } = getComputedStyle(element)
      return pointerEvents !== 'none' && (opacity !== '0' || !element.matches('button')) && !element.closest('p')
    }
    return elements
      .filter(isHit)
      .map((element) => ({ element, box: (element.closest('label') ?? element).getBoundingClientRect() }))
      .filter(({ box }) => box.height > 0 && box.height < least - 0.5)
      .map(({ element, box }) => `${box.height} px: ${element.outerHTML.slice(0, 120)}`)
  }, LEAST_PX)
}

test('it opens on the list, lets fingers hit, and calls no keyboard', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', PHONE)
  await mina.setUp(maru)
  await expect(mina.room('General')).toBeVisible()
  await expect.poll(() => tooSmall(mina.page)).toEqual([])
  const focused = () => mina.page.evaluate(() => document.activeElement?.tagName)

  await mina.page.getByRole('button', { name: 'Jump to…' }).tap()
  await expect(mina.page.getByRole('combobox')).toBeVisible()
  await expect.poll(focused).toBe('DIALOG')
  await expect.poll(() => tooSmall(mina.page)).toEqual([])
  await mina.page.getByRole('option').first().tap()
  await expect(mina.composer).toBeVisible()
  expect(await focused()).not.toBe('TEXTAREA')
  await expect.poll(() => tooSmall(mina.page)).toEqual([])

  // Back leads from the members to the room, and from the room to the list.
  await mina.page.getByTitle('Show members').tap()
  await expect(mina.page.getByRole('complementary', { name: 'Members' })).toBeVisible()
  await expect.poll(() => tooSmall(mina.page)).toEqual([])
  await mina.back()
  await expect(mina.page.getByRole('complementary', { name: 'Members' })).toHaveCount(0)
  await expect(mina.composer).toBeVisible()
  await mina.back()
  await expect(mina.room('General')).toBeVisible()
})

test('the settings fit', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', { ...PHONE, viewport: { width: 360, height: 640 } })
  await mina.setUp(maru)
  await mina.page.getByRole('button', { name: 'Your account' }).tap()
  await expect(mina.page.getByRole('menuitem', { name: 'Settings' })).toBeVisible()
  await expect(mina.page.getByRole('menuitem', { name: 'Keyboard shortcuts' })).toHaveCount(0)
  await mina.page.getByRole('menuitem', { name: 'Settings' }).tap()
  for (const name of ['Profile', 'Appearance', 'Notifications', 'Devices', 'Security', 'About']) {
    await mina.page.getByRole('tab', { name }).tap()
    await expect(mina.page.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true')
    await expect.poll(() => tooSmall(mina.page), name).toEqual([])
    const panel = mina.page.getByRole('tabpanel')
    await expect.poll(() => panel.evaluate((element) => element.scrollWidth - element.clientWidth), name).toBe(0)
  }
})

test('back closes what lies over the room, exactly that, and then leaves the room', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', PHONE)
  await mina.setUp(maru)
  await mina.open('General')
  const { page } = mina
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Attach files' }).tap()
  await page.getByRole('menuitem', { name: 'Photos' }).tap()
  await (await chooser).setFiles([png('hills.png', 400, 300, [90, 160, 90])])
  await mina.send('a walk')
  const room = page.url()
  const dialogs = page.locator('dialog[open], [popover]:popover-open')

  const backCloses = async () => {
    await expect(dialogs).toHaveCount(1)
    await mina.back()
    await expect(dialogs).toHaveCount(0)
    await expect(page).toHaveURL(room)
    await expect(mina.composer).toBeVisible()
  }
  await mina.message('a walk').getByRole('button', { name: 'Show hills.png' }).tap()
  await expect(page.getByRole('dialog', { name: 'Images' }).getByRole('img', { name: 'hills.png' })).toBeVisible()
  await backCloses()
  await page.getByRole('button', { name: 'Emoji' }).tap()
  await backCloses()
  await page.getByRole('button', { name: 'Room menu' }).tap()
  await backCloses()
  // What is closed by hand leaves nothing to go back through.
  await page.getByRole('button', { name: 'Emoji' }).tap()
  await expect(dialogs).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(dialogs).toHaveCount(0)
  // A menu that another box takes the place of.
  await mina.back()
  await expect(mina.room('General')).toBeVisible()
  await page.getByRole('button', { name: 'Your account' }).tap()
  await page.getByRole('menuitem', { name: 'Settings' }).tap()
  await expect(page.getByRole('tab', { name: 'Profile' })).toBeVisible()
  await mina.back()
  await expect(dialogs).toHaveCount(0)
  await expect(mina.room('General')).toBeVisible()
  // Whoever jumps to a room in a sheet comes back to where they were.
  await page.getByRole('button', { name: 'Jump to…' }).tap()
  await page.getByRole('option').first().tap()
  await expect(mina.composer).toBeVisible()
  await mina.back()
  await expect(dialogs).toHaveCount(0)
  await expect(mina.room('General')).toBeVisible()
})
