import { expect, Person, test, twoPeople } from './people.js'

test('who loses the network misses nothing and loses nothing', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send('before the tunnel')
  await expect(joon.message('before the tunnel')).toBeVisible()
  // What tells of a broken connection comes right after the messages.
  await expect(joon.page.locator('.banner')).toBeAttached()

  maru.network.cut()
  await expect(joon.page.getByText(/Connection lost|You are offline|Connecting/)).toBeVisible()
  await joon.composer.fill('written in the tunnel')
  await joon.composer.press('Enter')
  await expect(joon.message('written in the tunnel')).toBeVisible()
  maru.network.mend()

  await expect(mina.message('written in the tunnel')).toHaveCount(1, { timeout: 30_000 })
  await mina.send('after the tunnel')
  await expect(joon.message('after the tunnel')).toHaveCount(1)
  await expect(joon.message('written in the tunnel')).toHaveCount(1)
  await expect(joon.page.getByText(/Connection lost|Connecting/)).toBeHidden()
})

test('what was not sent survives a reload without network', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('a first message')
  await mina.untilKept()
  maru.network.cut()
  await mina.composer.fill('kept for later')
  await mina.composer.press('Enter')
  await expect(mina.message('kept for later')).toBeVisible()
  await mina.page.reload()
  await expect(mina.message('kept for later').getByText('Sending…')).toBeAttached()
  maru.network.mend()
  await expect(mina.message('kept for later')).toHaveCount(1, { timeout: 30_000 })

  const joon = await Person.in(browser, maru, 'Joon')
  await joon.accept(await mina.invite())
  await joon.open('General')
  await expect(joon.message('kept for later')).toHaveCount(1)
})

test('a restart of the server asks nothing of anybody', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await maru.restart()
  await mina.send('after the restart')
  await expect(joon.message('after the restart')).toHaveCount(1, { timeout: 30_000 })
})
