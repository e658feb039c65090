// A server that shares its host with others, below a path.

import { expect, linkTo, Person, test } from './people.js'
import { png } from './samples.js'

// Browsers reach it elsewhere than it says; only the path is of interest here.
test.use({ settings: { MARU_PUBLIC_URL: 'http://127.0.0.1/team/chat' } })

test('a team talks, uploads, follows links and reloads below a path, also without a network', async ({ browser, maru }) => {
  const home = `${maru.url}/team/chat/`
  const mina = await Person.in(browser, maru, 'Mina')
  const asked: string[] = []
  mina.page.on('request', (request) => {
    const { protocol, pathname } = new URL(request.url())
    if (protocol === 'http:') asked.push(pathname)
  })
  mina.page.on('websocket', (socket) => asked.push(new URL(socket.url()).pathname))
  // Without its last slash, as people type it.
  await mina.page.goto(home.slice(0, -1))
  await expect(mina.page).toHaveURL(home)
  await mina.setUp(maru)
  await mina.open('General')
  await expect(mina.page).toHaveURL(/\/team\/chat\/rooms\/\w+$/)

  const link = await mina.invite()
  expect(link).toContain(`${home}invite#`)
  const joon = await Person.in(browser, maru, 'Joon')
  await joon.accept(link)
  await joon.open('General')

  const chooser = mina.page.waitForEvent('filechooser')
  await mina.page.getByRole('button', { name: 'Attach files' }).first().click()
  await (await chooser).setFiles([png('board.png', 64, 48, [90, 140, 220])])
  await mina.send('the board')
  const image = joon.message('the board').getByRole('button', { name: 'Show board.png' }).locator('img')
  await expect.poll(() => image.evaluate(({ complete, naturalWidth }: HTMLImageElement) => complete && naturalWidth > 0)).toBe(true)

  const address = await linkTo(joon.message('the board'))
  expect(address).toContain(`${home}rooms/`)
  await joon.send(`see ${address}`, 'see ')
  await mina.message('see ').getByRole('listitem').getByRole('link').click()
  await expect(mina.page).toHaveURL(address)

  // The cookie with the refresh token is sent below the path.
  await mina.untilSettled()
  await mina.page.reload()
  await expect(mina.message('see ')).toContainText('the board')
  const scopes = await mina.page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope))
  expect(scopes).toEqual([home])
  await mina.untilKnown('the board')
  maru.network.cut()
  await mina.page.reload()
  // With what it last knew.
  await expect(mina.message('the board')).toBeVisible()
  maru.network.mend()
  await expect(mina.message('see ')).toContainText('the board')

  const session = await mina.page.context().newCDPSession(mina.page)
  const { url, errors } = await session.send('Page.getAppManifest')
  expect([url, errors]).toEqual([`${home}manifest.webmanifest`, []])
  expect(asked.filter((path) => !path.startsWith('/team/chat/') && path !== '/team/chat')).toEqual([])
  expect(asked).toContain('/team/chat/socket.io/')
})
