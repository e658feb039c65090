// Coming to a server for the first time.

import { expectAccessible } from './accessible.js'
import { expect, PASSWORD, Person, press, test } from './people.js'

test('a new server says where its setup link is, and takes a link that is pasted over another', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  const { page } = mina
  await page.goto('/')
  await expect(page.getByText('Open the setup link that the server printed')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Log in' })).toHaveCount(0)
  await page.goto('/setup')
  await expect(page.getByText('This link is incomplete.')).toBeVisible()
  await expect(page.getByRole('textbox')).toHaveCount(0)
  await mina.setUp(maru)
  await page.context().clearCookies()
  await page.evaluate(() => localStorage.clear())
  await page.goto('/')
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible()
})

test('people are called what they are called, wherever they are mentioned', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.page.getByRole('button', { name: 'Your account' }).click()
  await mina.page.getByRole('menuitem', { name: 'Settings' }).click()
  await mina.page.getByLabel('Name', { exact: true }).fill('김미나')
  await mina.page.getByRole('button', { name: 'Save', exact: true }).click()
  await mina.page.keyboard.press('Escape')
  await mina.open('General')
  await mina.send('@mina님, 점심 드세요', '점심 드세요')
  const chip = mina.message('점심 드세요').getByRole('button', { name: '@김미나' })
  await expect(chip).toHaveAttribute('title', '@mina')
  await expect(mina.message('점심 드세요')).toContainText('@김미나님, 점심')
  await press(mina.message('점심 드세요'), 'Reply')
  await mina.send('네')
  await expect(mina.message('네').last().getByRole('link')).toContainText('@김미나님, 점심 드세요')
})

test('an invite link that is void offers no form that leads nowhere', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const guest = await Person.in(browser, maru, 'Guest')
  await guest.page.goto('/invite#AAAA-BBBB-CCCC-DDDD')
  await expect(guest.page.getByRole('heading', { name: 'This invite link has expired' })).toBeVisible()
  await expect(guest.page.getByRole('textbox')).toHaveCount(0)
  await expectAccessible(guest.page)
  await guest.page.getByRole('link', { name: 'I have an account' }).click()
  await expect(guest.page.getByRole('button', { name: 'Log in' })).toBeVisible()
})

test('what is pressed while a login page loads is not kept from its fields', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const visitor = await Person.in(browser, maru, 'Visitor')
  const { page } = visitor
  let letThrough = () => {}
  const isPressed = new Promise<void>((resolve) => (letThrough = resolve))
  const isAsked = page.waitForRequest(/\/assets\/LoginPage-.*\.js/)
  await page.route(/\/assets\/LoginPage-.*\.js/, async (route) => {
    await isPressed
    await route.continue()
  })
  await page.goto('/', { waitUntil: 'commit' })
  await isAsked
  await page.keyboard.press('Control+k')
  letThrough()
  await page.getByLabel('Username').focus()
  await page.keyboard.type('mina')
  await expect(page.getByLabel('Username')).toHaveValue('mina')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(new Person(page, 'Mina').room('General')).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
})
