// What people see and lose when the connection comes and goes: nothing to do, and nothing.

import { expect, Person, placeOf, test, twoPeople } from './people.js'

test('a lost connection is told quietly, counts down, and fills the gap without a flash', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send('before the gap')
  await expect(joon.message('before the gap')).toBeVisible()
  // A list that is made anew flashes; this mark goes with the element that carries it.
  await joon.message('before the gap').evaluate((element) => element.setAttribute('data-same', 'yes'))
  const { height } = await placeOf(joon.message('before the gap'))
  await joon.untilSettled()

  // Joon's own network goes; the others' does not.
  await joon.page.context().setOffline(true)
  await expect(joon.page.getByText('You are offline.')).toBeVisible()
  await mina.send('within the gap')
  await joon.page.context().setOffline(false)
  await expect(joon.page.getByText('You are offline.')).toBeHidden()
  await expect(joon.message('within the gap')).toHaveCount(1)
  await expect(joon.message('before the gap')).toHaveAttribute('data-same', 'yes')
  await expect.poll(async () => (await joon.message('before the gap').boundingBox())?.height).toBe(height)

  maru.network.cut()
  await expect(joon.page.getByText(/Trying again in \d s/)).toBeVisible()
  await joon.page.getByRole('button', { name: 'Try now' }).focus()
  maru.network.mend()
  await expect(joon.page.getByText(/Connection lost|Connecting/)).toBeHidden()
})

test('a new version is offered, and never forced on somebody who writes', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.composer.fill('half a thou')
  // The page of another build: other names of the same files.
  await mina.page.route('/', async (route) => {
    // A connection that is kept from before the restart is reset.
    const response = await route.fetch({ maxRetries: 3 })
    await route.fulfill({ response, body: (await response.text()).replaceAll(/-[\w-]{8}\.(js|css)/g, '-newbuild.$1') })
  })
  await mina.untilSettled()
  await maru.restart()
  await expect(mina.page.getByText('A new version of Maru is ready.')).toBeVisible()
  await mina.composer.pressSequentially('ght')
  await expect(mina.composer).toHaveValue('half a thought')
  await mina.page.getByRole('button', { name: 'Later' }).click()
  await expect(mina.page.getByText('A new version of Maru is ready.')).toBeHidden()
  await mina.send('half a thought')
})

test.describe('one device at a time', () => {
  test.use({ settings: { MARU_CONNECTIONS_PER_USER: '1' } })

  test('who is replaced is told, and can take the connection back', async ({ browser, maru }) => {
    const mina = await Person.in(browser, maru, 'Mina')
    await mina.setUp(maru)
    await mina.open('General')
    const other = await mina.anotherTab()
    const told = mina.page.getByRole('dialog', { name: 'Maru is open elsewhere' })
    await expect(told).toBeVisible()
    // It is no dialog to close by mistake, and takes nothing back by itself.
    await mina.page.keyboard.press('Escape')
    await mina.page.keyboard.press('Escape')
    await expect(told).toBeVisible()
    await mina.page.getByRole('button', { name: 'Use here' }).click()
    await expect(told).toBeHidden()
    await mina.send('here again')
    await expect(other.page.getByRole('dialog', { name: 'Maru is open elsewhere' })).toBeVisible()
  })

  test('two browsers of one person take the connection from each other, and lose nothing', async ({ browser, maru }) => {
    const desk = await Person.in(browser, maru, 'Mina')
    await desk.setUp(maru)
    await desk.open('General')
    await desk.composer.fill('half a thought')
    const phone = await Person.in(browser, maru, 'Mina')
    await phone.logIn()
    await phone.open('General')
    const told = ({ page }: Person) => page.getByRole('dialog', { name: 'Maru is open elsewhere' })
    await expect(told(desk)).toBeVisible()
    await phone.send('from the phone')
    await expect(desk.message('from the phone')).toHaveCount(0)

    await desk.page.getByRole('button', { name: 'Use here' }).click()
    await expect(told(phone)).toBeVisible()
    await expect(told(desk)).toBeHidden()
    await expect(desk.message('from the phone')).toBeVisible()
    await expect(desk.composer).toHaveValue('half a thought')
    await desk.composer.press('Control+Enter')
    await expect(desk.message('half a thought')).toHaveCount(1)

    await phone.page.getByRole('button', { name: 'Use here' }).click()
    await expect(told(desk)).toBeVisible()
    await expect(phone.message('half a thought')).toBeVisible()
  })
})

test('a session that is ended elsewhere leads to the log-in form, and says why', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const phone = await Person.in(browser, maru, 'Mina')
  await phone.logIn()
  await mina.page.getByRole('button', { name: 'Your account' }).click()
  await mina.page.getByRole('menuitem', { name: 'Settings' }).click()
  await mina.page.getByRole('tab', { name: 'Devices' }).click()
  await mina.page.getByRole('tabpanel').getByRole('button', { name: 'Log out' }).click()
  await expect(phone.page.getByText('You were logged out. Please log in again.')).toBeVisible()
  await expect(phone.page.getByRole('button', { name: 'Log in' })).toBeVisible()
})
