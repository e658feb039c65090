// What is written is sent once, in order, whatever happens to tabs and network; what is half written stays.

import type { Page } from '@playwright/test'
import { copiedBy, expect, Person, placeOf, press, test, twoPeople } from './people.js'

/** The contents of the messages that pages hand to the server, as they go out. */
function sendsOf(...pages: Page[]): string[] {
  const sends: string[] = []
  for (const page of pages) {
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        const packet = /^42\d*(\["message:send".*)$/s.exec(String(payload))?.[1]
        if (packet) sends.push((JSON.parse(packet) as [string, { content: string }])[1].content)
      }),
    )
  }
  return sends
}

/** Writes and sends without waiting for the server. */
async function write(person: Person, text: string): Promise<void> {
  await person.composer.fill(text)
  await person.composer.press('Enter')
  await expect(person.message(text)).toBeVisible()
}

async function inTwoTabs(person: Person): Promise<[Person, Person]> {
  const other = await person.anotherTab()
  await person.open('General')
  await other.open('General')
  await person.send('both tabs are there')
  await expect(other.message('both tabs are there')).toHaveCount(1)
  return [person, other]
}

/** The server as somebody reaches it: while it is deaf, it hears of no message that is sent. */
async function serverOf({ page }: Person): Promise<{ isDeaf: boolean }> {
  const state = { isDeaf: false }
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((packet) => {
      if (!state.isDeaf || !String(packet).includes('"message:send"')) server.send(packet)
    })
  })
  return state
}

/** What the server says to somebody, which can be held back. */
async function answersTo({ page }: Person): Promise<{ hold: () => void; release: () => void }> {
  let held: (() => void)[] | undefined
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((packet) => server.send(packet))
    server.onMessage((packet) => {
      if (held) held.push(() => socket.send(packet))
      else socket.send(packet)
    })
  })
  return {
    hold: () => (held = []),
    release: () => {
      for (const go of held?.splice(0) ?? []) go()
      held = undefined
    },
  }
}

test('a message stands there at once, and does not move when the server has it', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  const answers = await answersTo(mina)
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('the one before')
  answers.hold()
  await write(mina, 'here and now')
  const message = mina.message('here and now')
  await expect(message.getByText('Sending…')).toBeAttached()
  const before = await placeOf(message)
  await message.evaluate((element) => element.setAttribute('data-same', 'yes'))
  answers.release()
  await expect(message.getByText('Sending…')).toHaveCount(0)
  await expect(message).toHaveAttribute('data-same', 'yes')
  await expect.poll(() => message.boundingBox()).toEqual(before)
})

test('↑ edits the newest message, though it is still on its way', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  const answers = await answersTo(mina)
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('the one before')
  const editor = mina.log.getByRole('textbox')
  for (const isChangedMind of [true, false]) {
    answers.hold()
    await write(mina, isChangedMind ? 'the second' : 'the third')
    await mina.composer.press('ArrowUp')
    if (isChangedMind) await mina.composer.pressSequentially('x')
    answers.release()
    await expect(mina.page.getByText('Sending…')).toHaveCount(0)
    if (!isChangedMind) continue
    await expect(editor).toHaveCount(0)
    await mina.composer.fill('')
  }
  await expect(editor).toHaveValue('the third')
  await expect(editor).toBeFocused()
})

test('two tabs of one person send each message once, in the order in which it was written', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const [one, two] = await inTwoTabs(mina)
  const sends = sendsOf(one.page, two.page)
  maru.network.cut()
  const written = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
  for (const [index, text] of written.entries()) await write(index % 2 === 0 ? one : two, text)
  // Each tab shows what the other one wrote, while nothing can be sent.
  for (const tab of [one, two]) await expect(tab.message('fifth')).toHaveCount(1)
  maru.network.mend()
  for (const tab of [one, two]) {
    for (const text of written) await expect(tab.message(text).locator('visible=true')).toHaveCount(1)
    await expect(tab.page.getByText('Sending…')).toHaveCount(0)
  }
  expect(sends).toEqual(written)
  const shown = async (tab: Person) => (await tab.log.getByRole('article').allInnerTexts()).join('\n')
  expect((await shown(one)).match(/first|second|third|fourth|fifth|sixth/g)).toEqual(written)
})

test('what a closed tab leaves behind is sent by the one that stays', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const [one, two] = await inTwoTabs(mina)
  maru.network.cut()
  await write(one, 'left behind')
  await one.page.close()
  await expect(two.message('left behind')).toHaveCount(1)
  const sends = sendsOf(two.page)
  maru.network.mend()
  await expect(two.page.getByText('Sending…')).toHaveCount(0)
  await expect(two.message('left behind')).toHaveCount(1)
  expect(sends).toEqual(['left behind'])
})

test('a message is sent although the tab that leads is asleep', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  // A page of the same origin that holds the lead and does nothing with it.
  const asleep = await mina.page.context().newPage()
  await asleep.goto('/api/v1/server')
  const leadOf = () =>
    mina.page.evaluate(async () => {
      const { held } = await navigator.locks.query()
      return held?.find(({ name }) => name?.startsWith('maru:outbox:'))?.name ?? ''
    })
  await expect.poll(leadOf).not.toBe('')
  const lead = await leadOf()
  await asleep.evaluate((name) => {
    // The tab that is awake takes it back, which ends this with an error.
    navigator.locks.request(name, { steal: true }, () => new Promise(() => undefined)).catch(() => undefined)
  }, lead)
  await write(mina, 'awake')
  await expect(mina.page.getByText('Sending…')).toHaveCount(0)
  await mina.page.reload()
  await expect(mina.message('awake')).toHaveCount(1)
})

test('a message without an answer is given back, to try again or to delete', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  const server = await serverOf(mina)
  await mina.setUp(maru)
  await mina.open('General')
  server.isDeaf = true
  await write(mina, 'into the void')
  await expect(mina.message('into the void').getByText('Not sent')).toBeVisible()
  server.isDeaf = false
  await mina.message('into the void').getByRole('button', { name: 'Retry' }).click()
  await expect(mina.page.getByText('Not sent')).toHaveCount(0)
  await mina.page.reload()
  await expect(mina.message('into the void')).toHaveCount(1)
})

test('a draft, and what it answers, is kept for its room, over reloads and in all tabs', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.createRoom('Elsewhere')
  await mina.open('General')
  await mina.send('shall we meet?')
  await press(mina.message('shall we meet?'), 'Reply')
  await mina.composer.fill('at noon, or')
  const other = await mina.anotherTab()
  await other.open('General')
  await expect(other.composer).toHaveValue('at noon, or')
  await other.open('Elsewhere')
  await expect(other.room('General').getByRole('img', { name: 'Draft' })).toBeVisible()

  await mina.page.reload()
  await expect(mina.composer).toHaveValue('at noon, or')
  await expect(mina.page.getByText('Reply to Mina')).toBeVisible()
  await mina.composer.press('Enter')
  await expect(mina.message('at noon, or')).toHaveCount(1)
  await expect(mina.composer).toHaveValue('')
  await expect(other.room('General').getByRole('img', { name: 'Draft' })).toHaveCount(0)
})

test('a log out leaves nothing of what was written, for nobody who logs in after', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  const server = await serverOf(mina)
  await mina.setUp(maru)
  await mina.createRoom('Elsewhere')
  await mina.composer.fill('half of a thought')
  await mina.open('General')
  server.isDeaf = true
  for (const text of ['waits', 'waits, too', 'waits as well']) await write(mina, text)
  await mina.composer.fill('half of another')
  const kept = () =>
    mina.page.evaluate(async () => {
      const all = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error)
        })
      const database = await all(indexedDB.open('maru'))
      const stores = database.transaction(['outbox', 'drafts'])
      const [outbox, drafts] = await Promise.all(['outbox', 'drafts'].map((name) => all(stores.objectStore(name).getAll())))
      database.close()
      return [outbox?.length, drafts?.length]
    })
  await expect.poll(kept).toEqual([3, 2])
  await mina.page.getByRole('button', { name: 'Your account' }).click()
  await mina.page.getByRole('menuitem', { name: 'Log out' }).click()
  await expect(mina.page.getByRole('button', { name: 'Log in' })).toBeVisible()
  await expect.poll(kept).toEqual([0, 0])

  server.isDeaf = false
  await mina.logIn()
  await mina.open('General')
  await expect(mina.composer).toHaveValue('')
  await mina.send('back again')
  await expect(mina.message('waits')).toHaveCount(0)
  await expect(mina.room('Elsewhere').getByRole('img', { name: 'Draft' })).toHaveCount(0)
})

test('what was written for a room that one was taken out of can be copied and deleted', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('plans', 'Only invited people')
  await mina.composer.fill('/invite @joon')
  await mina.composer.press('Enter')
  await joon.open('plans')
  await joon.untilSettled()
  await joon.page.context().setOffline(true)
  await write(joon, 'never sent')
  await joon.composer.fill('half of a thought')
  await mina.page.getByTitle('Show members').click()
  await mina.page.getByRole('complementary', { name: 'Members' }).getByRole('button', { name: /Joon/ }).click()
  await mina.page.getByRole('button', { name: 'Remove from room' }).click()
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Remove from room' }).last().click()
  await expect(mina.page.getByRole('complementary', { name: 'Members' }).getByRole('button', { name: /Joon/ })).toHaveCount(0)
  await joon.page.context().setOffline(false)
  await expect(joon.page.getByRole('heading', { name: 'You are no longer in plans' })).toBeVisible()
  const left = joon.page.getByRole('region', { name: 'What you wrote' }).getByRole('listitem')
  await expect(left).toHaveText(['never sent', 'half of a thought'])
  const copied = await copiedBy(joon.page, () => left.first().getByRole('button', { name: 'Copy text' }).click())
  expect(copied).toBe('never sent')
  await left.first().getByRole('button', { name: 'Delete' }).click()
  await expect(left).toHaveText(['half of a thought'])
  await left.first().getByRole('button', { name: 'Delete' }).click()
  await expect(left).toHaveCount(0)
})
