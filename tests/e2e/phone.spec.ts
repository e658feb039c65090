// On a phone: one column, fingers instead of a mouse, and a keyboard that comes only when it is called.

import type { Page } from '@playwright/test'
import { expect, Person, test } from './people.js'

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
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
  expect(await tooSmall(mina.page)).toEqual([])
  const focused = () => mina.page.evaluate(() => document.activeElement?.tagName)

  await mina.page.getByRole('button', { name: 'Jump to…' }).tap()
  await expect(mina.page.getByRole('combobox')).toBeVisible()
  expect(await focused()).toBe('DIALOG')
  expect(await tooSmall(mina.page)).toEqual([])
  await mina.page.getByRole('option').first().tap()
  await expect(mina.composer).toBeVisible()
  expect(await focused()).not.toBe('TEXTAREA')
  expect(await tooSmall(mina.page)).toEqual([])

  // Back leads from the members to the room, and from the room to the list.
  await mina.page.getByTitle('Show members').tap()
  await expect(mina.page.getByRole('complementary', { name: 'Members' })).toBeVisible()
  expect(await tooSmall(mina.page)).toEqual([])
  await mina.page.goBack()
  await expect(mina.page.getByRole('complementary', { name: 'Members' })).toHaveCount(0)
  await expect(mina.composer).toBeVisible()
  await mina.page.goBack()
  await expect(mina.room('General')).toBeVisible()
})

test('the settings fit', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', { ...PHONE, viewport: { width: 360, height: 640 } })
  await mina.setUp(maru)
  await mina.page.getByRole('button', { name: 'Your account' }).tap()
  await mina.page.getByRole('menuitem', { name: 'Settings' }).tap()
  for (const name of ['Profile', 'Appearance', 'Notifications', 'Devices', 'Password', 'About']) {
    await mina.page.getByRole('tab', { name }).tap()
    await expect(mina.page.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true')
    expect(await tooSmall(mina.page), name).toEqual([])
    const panel = mina.page.getByRole('tabpanel')
    expect(await panel.evaluate((element) => element.scrollWidth - element.clientWidth), name).toBe(0)
  }
})
