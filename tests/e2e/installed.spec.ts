// Maru as an installed app: it starts without a network, and says so.

import { expect, Person, test } from './people.js'

test('the client starts without a network, and goes on as soon as there is one', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('before the flight')
  await mina.untilKnown('before the flight')
  const kept = await mina.page.evaluate(async () => {
    const [name = ''] = await caches.keys()
    return (await (await caches.open(name)).keys()).map(({ url }) => url)
  })
  expect(kept.filter((url) => /\/(app|libraries)-/.test(url)).length).toBeGreaterThan(2)
  // What few people use is fetched by them alone.
  expect(kept.filter((url) => /highlight|\.json$|EmojiPopover|QrCode|SetupPage/.test(url))).toEqual([])
  maru.network.cut()
  await mina.page.reload()
  await expect(mina.message('before the flight')).toHaveCount(1)
  await expect(mina.page.getByText(/Connection lost|Connecting/)).toBeVisible()
  maru.network.mend()
  await mina.send('after the flight')
})

test('browsers find everything that they need to install it', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const session = await mina.page.context().newCDPSession(mina.page)
  const { url, errors } = await session.send('Page.getAppManifest')
  expect([url, errors]).toEqual([`${maru.url}/manifest.webmanifest`, []])
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
  // Playwright's windows are incognito, where nothing can be installed.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([])
})
