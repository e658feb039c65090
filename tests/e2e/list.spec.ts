import type { Page } from '@playwright/test'
import { Author, UNHURRIED } from './author.js'
import { expectAccessible } from './accessible.js'
import { expectGlowed, notePassing } from './passing.js'
import { expect, hold, Person, PHONE, placeOf, test, twoPeople } from './people.js'

test.use({ settings: UNHURRIED })

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `message no. ${index + 1}.`)

/** Where the first message stands that is wholly visible, and which one it is; after a scroll. */
function topmost(page: Page, scrollTop?: number): Promise<{ label: string; top: number }> {
  return page.getByRole('log').evaluate((log, scrollTop) => {
    if (scrollTop !== undefined) log.scrollTo({ top: scrollTop })
    const { top } = log.getBoundingClientRect()
    const first = [...log.querySelectorAll('article')].find((one) => one.getBoundingClientRect().top >= top)
    // What ages is left out.
    return { label: first?.querySelector('.text')?.textContent.trim() ?? '', top: first?.getBoundingClientRect().top ?? 0 }
  }, scrollTop)
}

test('a room opens at the first unread message, and the divider stays there', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.createRoom('Elsewhere')
  await mina.open('General')
  const author = await Author.as(maru, 'mina')
  await author.writeAll(mina.roomId, numbered(150))
  await expect(joon.room('General')).toContainText('150 unread messages')

  await joon.open('General')
  await expect(joon.message('message no. 1.')).toBeInViewport()
  await expect(joon.page.getByRole('separator').filter({ hasText: 'New' })).toBeInViewport()
  await expect(joon.message('message no. 150.')).toHaveCount(0)
  const pill = joon.page.getByRole('button', { name: 'Go to the newest messages' })
  await expect(pill).toHaveText('150 new messages')
  await pill.click()
  await expect(joon.message('message no. 150.')).toBeInViewport()
  await expect(joon.room('General')).not.toContainText('unread')

  await joon.open('Elsewhere')
  await author.write(mina.roomId, 'one more')
  await expect(joon.room('General')).toContainText('1 unread')
  await joon.open('General')
  await expect(joon.message('one more')).toBeInViewport()
  await expect(joon.room('General')).not.toContainText('unread')
  await author.write(mina.roomId, 'and another')
  await expect(joon.message('and another')).toBeInViewport()
  const divider = joon.page.getByRole('separator').filter({ hasText: 'New' })
  await expect(divider).toBeInViewport()
  expect(await divider.evaluate((line) => line.parentElement?.textContent)).toContain('one more')
})

test('older messages come in above without moving what is read', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('the first')
  const author = await Author.as(maru, 'mina')
  await author.writeAll(mina.roomId, numbered(300))
  await expect(mina.message('message no. 300.')).toBeInViewport()
  await mina.page.reload()
  await expect(mina.message('message no. 300.')).toBeInViewport()

  // What is loaded ahead of the reader comes first, and is measured.
  const height = () => mina.log.evaluate((log) => log.scrollHeight)
  await expect.poll(() => mina.log.evaluate((log) => log.scrollTop)).toBeGreaterThan(1600)
  await expect(mina.message('message no. 300.')).toBeInViewport()
  await mina.log.evaluate((log) => log.scrollTo({ top: 1650 }))
  const [before, mark] = [await height(), await topmost(mina.page, 1500)]
  await expect.poll(height).toBeGreaterThan(before + 1000)
  const moved = () => mina.message(mark.label).evaluate((one, top) => Math.abs(one.getBoundingClientRect().top - top), mark.top)
  await expect.poll(moved).toBeLessThanOrEqual(1)

  await mina.untilListening()
  await mina.log.focus()
  await expect(async () => {
    await mina.log.evaluate((log) => log.scrollTo({ top: 0 }))
    await expect(mina.page.getByText('This is the beginning of General')).toBeInViewport({ timeout: 1000 })
  }).toPass()
  await mina.page.keyboard.press('End')
  await expect(mina.message('message no. 300.')).toBeInViewport()
})

test('new messages stay in view at the end, and are counted by whoever reads above', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const joon = await Person.in(browser, maru, 'Joon')
  await joon.accept(await mina.invite())
  await mina.open('General')
  const author = await Author.as(maru, 'joon')
  const room = mina.roomId
  await author.writeAll(room, numbered(60))
  await expect(mina.message('message no. 60.')).toBeInViewport()

  // Many tall ones at once.
  await Promise.all(Array.from({ length: 30 }, (_, n) => author.write(room, `- tall ${n}\n- tall\n- tall\n- tall\n- tall\n- tall`)))
  await author.write(room, 'after the flood')
  await expect(mina.message('after the flood')).toBeInViewport()

  await placeOf(mina.message('after the flood'))
  await mina.log.evaluate((log) => log.scrollBy(0, -90))
  await author.write(room, 'seen at once')
  await expect(mina.message('seen at once')).toBeInViewport()
  const pill = mina.page.getByRole('button', { name: 'Go to the newest messages' })
  await expect(pill).toHaveCount(0)

  await placeOf(mina.message('seen at once'))
  await mina.log.evaluate((log) => log.scrollBy(0, -400))
  await expect(pill).toBeVisible()
  const mark = await topmost(mina.page)
  await author.writeAll(room, ['unseen one', 'unseen two'])
  await expect(pill).toHaveText('2 new messages')
  await expect.poll(() => topmost(mina.page)).toEqual(mark)
  await pill.click()
  await expect(mina.message('unseen two')).toBeInViewport()
  await expect(pill).toHaveCount(0)
})

test('links and quotes lead to a far message, which glows once', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await notePassing(mina.page)
  await mina.open('General')
  const author = await Author.as(maru, 'mina')
  const room = mina.roomId
  const sent = await author.writeAll(room, numbered(200))
  const far = sent[19]
  await author.write(room, 'an answer', far?.messageId)

  await mina.page.goto('/')
  await mina.open('General')
  const quote = mina.message('an answer').getByRole('link', { name: 'message no. 20.' })
  await expect(quote).toBeVisible()
  await quote.click()
  const target = mina.message('message no. 20.')
  await expect(target).toBeInViewport()
  await expectGlowed(mina.page, 'message no. 20.')
  await expect(mina.message('message no. 19.')).toBeInViewport()
  await expect(mina.message('message no. 21.')).toBeInViewport()
  await expect(target).not.toHaveClass(/glowing/)

  await mina.page.getByRole('button', { name: 'Go to the newest messages' }).click()
  await expect(mina.message('an answer')).toBeInViewport()
  await expect(mina.page).toHaveURL(`/rooms/${room}`)

  await mina.page.goto(`/rooms/${room}/${far?.seq}`)
  await expect(target).toBeInViewport()
  await expectGlowed(mina.page, 'message no. 20.')
  await mina.page.goto(`/rooms/${room}/9999`)
  await expect(mina.page.getByText('This message no longer exists.')).toBeVisible()
  await expect(mina.message('an answer')).toBeInViewport()
})

test('a message that cannot be sent is given back, to retry or delete', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.composer.evaluate((field: HTMLTextAreaElement) => {
    field.value = 'not for\u0000 the server'
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
  })
  await mina.composer.press('Enter')
  const failed = mina.message('Not sent')
  await expect(failed).toBeVisible()
  await failed.getByRole('button', { name: 'Retry' }).click()
  await expect(failed).toBeVisible()
  await failed.getByRole('button', { name: 'Delete' }).click()
  await expect(failed).toHaveCount(0)
})

test('the keyboard goes from message to message and acts on each', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  for (const text of ['one', 'two', 'three']) await mina.send(`message ${text}`)
  const { keyboard } = mina.page

  await mina.untilListening()
  await mina.log.focus()
  await keyboard.press('ArrowUp')
  await expect(mina.message('message three')).toBeFocused()
  await keyboard.press('ArrowUp')
  await expect(mina.message('message two')).toBeFocused()
  await keyboard.press('e')
  const editor = mina.log.getByRole('textbox')
  await expect(editor).toBeFocused()
  await editor.fill('message 2')
  await keyboard.press('Enter')
  await expect(mina.message('message 2')).toContainText('(edited)')
  await expect(mina.message('message 2')).toBeFocused()
  await keyboard.press('Delete')
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(mina.message('This message was deleted.')).toBeVisible()

  await mina.log.focus()
  await keyboard.press('ArrowUp')
  await keyboard.press('r')
  await expect(mina.composer).toBeFocused()
  await mina.send('an answer to three')
  await expect(mina.message('an answer to three').getByRole('link', { name: 'message three' })).toBeVisible()
})

test('what a message offers moves nothing, and needs no mouse', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  for (const text of ['one', 'two', 'three']) await mina.send(`message ${text}`)
  await mina.page.mouse.move(0, 0)
  await placeOf(mina.message('message three'))
  const places = () => mina.log.getByRole('article').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top))
  const before = await places()
  await mina.message('message two').hover()
  await expect(mina.page.getByRole('toolbar')).toBeVisible()
  expect(await places()).toEqual(before)

  const state = await mina.page.context().storageState()
  const phone = await Person.in(browser, maru, 'Mina', { ...PHONE, storageState: state })
  await phone.page.goto(mina.page.url())
  await hold(phone.message('message two').locator('.text'))
  await expect(phone.page.getByRole('menuitem', { name: 'Reply', exact: true })).toBeVisible()
  await expect(phone.page.getByRole('menuitem', { name: 'Copy link' })).toBeVisible()
})

test('without a network the reader stays where they are, wherever they want to go', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  const author = await Author.as(maru, 'mina')
  const room = mina.roomId
  const sent = await author.writeAll(room, numbered(200))
  await author.write(room, 'an answer', sent[19]?.messageId)
  await mina.page.goto(`/rooms/${room}/${sent[99]?.seq}`)
  await expect(mina.message('message no. 100.')).toBeInViewport()
  const toEnd = mina.page.getByRole('button', { name: 'Go to the newest messages' })
  const told = mina.page.getByText('Messages could not be loaded.')
  await mina.untilSettled()
  maru.network.cut()
  await expect(mina.page.getByText('Connection lost.')).toBeVisible()
  await toEnd.click()
  await expect(told).toBeVisible()
  await expect(mina.message('message no. 100.')).toBeInViewport()
  // It still scrolls, and knows where it is.
  await topmost(mina.page, 0)
  await expect(mina.message('message no. 100.')).not.toBeInViewport()
  maru.network.mend()
  const quote = mina.message('an answer').getByRole('link', { name: 'message no. 20.' })
  await expect(async () => {
    await toEnd.click()
    await expect(quote).toBeInViewport({ timeout: 4000 })
  }).toPass()

  await mina.page.goto(`/rooms/${room}`)
  await expect(quote).toBeInViewport()
  await mina.untilSettled()
  maru.network.cut()
  await expect(mina.page.getByText('Connection lost.')).toBeVisible()
  await quote.click()
  await expect(told).toBeVisible()
  await topmost(mina.page, 0)
  await expect(toEnd).toBeVisible()
  await toEnd.click()
  await expect(quote).toBeInViewport()
})

test('what cannot be loaded is asked for once, and again when its reader wants it', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  let isRefusing = false
  let asked = 0
  await mina.page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((packet) => {
      const id = /^42(\d+)\["messages:history"/.exec(String(packet))?.[1]
      if (!isRefusing || id === undefined) return server.send(packet)
      asked += 1
      socket.send(`43${id}[${JSON.stringify({ success: false, error: { code: 'internal', message: 'refused' } })}]`)
    })
  })
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('still there')
  await mina.createRoom('Elsewhere')
  await mina.page.reload()
  await expect(mina.log).toBeVisible()
  isRefusing = true
  await mina.open('General')
  await expect(mina.page.getByText('Messages could not be loaded.')).toBeVisible()
  await mina.page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => asked).toBe(2)
  await expect(mina.page.getByText('Messages could not be loaded.')).toBeVisible()
  isRefusing = false
  await mina.page.getByRole('button', { name: 'Try again' }).click()
  await expect(mina.message('still there')).toBeVisible()
  expect(asked).toBe(2)
})

test('the list is one stop for Tab, and the arrows lead from within a message to the next', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send('the first one')
  await joon.send('with a [link](https://example.com) and `code`', 'with a link')
  await joon.send('and @mina in it', 'in it')
  await expect(mina.message('in it')).toBeVisible()
  await mina.untilListening()
  const { page } = mina
  const { keyboard } = page
  await mina.composer.focus()
  // Who has read it stands between.
  const stops: string[] = []
  for (let presses = 0; presses < 3 && !(await mina.message('in it').evaluate((row) => row === document.activeElement)); presses += 1) {
    await keyboard.press('Shift+Tab')
    stops.push(await page.evaluate(() => document.activeElement?.closest('[role=log]')?.tagName ?? 'outside'))
  }
  await expect(mina.message('in it')).toBeFocused()
  expect(stops.filter((stop) => stop !== 'outside')).toHaveLength(1)
  await expectAccessible(page)

  await keyboard.press('ArrowUp')
  await expect(mina.message('with a link')).toBeFocused()
  await keyboard.press('ArrowRight')
  await expect(mina.message('with a link').getByRole('button', { name: 'Joon' })).toBeFocused()
  await keyboard.press('Tab')
  await expect(mina.message('with a link').getByRole('link', { name: 'link' })).toBeFocused()
  await keyboard.press('Escape')
  await expect(mina.message('with a link')).toBeFocused()
  await keyboard.press('ArrowRight')
  await keyboard.press('ArrowDown')
  await expect(mina.message('in it')).toBeFocused()
  await keyboard.press('Home')
  await expect(mina.log.getByRole('note').first()).toBeFocused()
  await keyboard.press('End')
  await expect(mina.message('in it')).toBeFocused()
  // Out of it, and back into it from above.
  await keyboard.press('Tab')
  await expect(mina.composer.or(page.getByRole('button', { name: /^Read by|Attach files/ })).and(page.locator(':focus'))).toBeVisible()
  await page.getByRole('button', { name: 'Room menu' }).focus()
  await keyboard.press('Tab')
  for (let presses = 0; presses < 3 && !(await mina.log.evaluate((log) => log.contains(document.activeElement))); presses += 1) {
    await keyboard.press('Tab')
  }
  await expect(mina.message('in it')).toBeFocused()
  await keyboard.press('Shift+Tab')
  expect(await mina.log.evaluate((log) => log.contains(document.activeElement) && log !== document.activeElement)).toBe(false)
})
