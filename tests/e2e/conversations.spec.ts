// One afternoon of three people and a bot, through everything that makes an exchange of lines a conversation.

import type { Locator } from '@playwright/test'
import { Bot } from './bot.js'
import { expectGlowed, notePassing, passedOn } from './passing.js'
import { choose, expect, Person, press, test } from './people.js'

test.use({ settings: { MARU_CONNECTIONS_PER_USER: '1' } })

const beside = ({ page }: Person, name: string): Locator => page.getByRole('region', { name, exact: true })
const entry = ({ page }: Person, name: string): Locator =>
  page.getByRole('navigation').getByRole('button', { name: new RegExp(`^${name}`) })
const inRoom = ({ page }: Person, text: string): Locator =>
  page.getByRole('main').getByRole('log').getByRole('article').filter({ hasText: text })

/** With the bar over a message. */
async function act(person: Person, text: string, action: string): Promise<void> {
  await person.page.bringToFront()
  await press(inRoom(person, text), action)
}

test('three people work an afternoon through', async ({ browser, maru }) => {
  test.slow()
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const link = await mina.invite()
  const [joon, sora] = await Promise.all(
    ['Joon', 'Sora'].map(async (name) => {
      const person = await Person.in(browser, maru, name)
      await person.accept(link)
      await person.open('General')
      return person
    }),
  )
  if (!joon || !sora) throw new Error('both have come')
  await mina.open('General')
  await notePassing(sora.page)

  await test.step('a mention reaches the inbox, and a reply quotes it', async () => {
    await sora.createRoom('Kitchen')
    await mina.send('@sora who books the hall? @here', 'who books the hall?')
    await expect(sora.room('General')).toContainText('1 mention')
    await expect(entry(sora, 'Inbox')).toContainText('1 new')
    await entry(sora, 'Inbox').click()
    await beside(sora, 'Inbox').getByRole('listitem').filter({ hasText: 'who books the hall?' }).getByRole('button').first().click()
    await expectGlowed(sora.page, 'who books the hall?')
    await expect(entry(sora, 'Inbox')).not.toContainText('new')
    await sora.page.keyboard.press('Escape')
    await act(sora, 'who books the hall?', 'Reply')
    await sora.send('I can call them')
    await expect(inRoom(joon, 'I can call them')).toContainText('who books the hall?')
  })

  await test.step('a thread goes on beside the room, and its end goes to the room, too', async () => {
    await act(joon, 'I can call them', 'Reply in thread')
    await beside(joon, 'Thread').getByRole('textbox', { name: 'Reply in thread' }).fill('They close at five')
    await beside(joon, 'Thread').getByRole('textbox', { name: 'Reply in thread' }).press('Control+Enter')
    await expect(entry(sora, 'Threads')).toContainText('1 new')
    await sora.page.bringToFront()
    await entry(sora, 'Threads').click()
    await beside(sora, 'Threads').getByRole('listitem').first().getByRole('button').first().click()
    await expect(entry(sora, 'Threads')).not.toContainText('new')
    await beside(sora, 'Thread').getByRole('checkbox', { name: 'Also send to #General' }).check()
    await beside(sora, 'Thread').getByRole('textbox', { name: 'Reply in thread' }).fill('The hall is ours on Friday')
    await beside(sora, 'Thread').getByRole('textbox', { name: 'Reply in thread' }).press('Control+Enter')
    await expect(inRoom(mina, 'The hall is ours on Friday')).toContainText('Replied to a thread')
    await sora.page.keyboard.press('Escape')
    await joon.page.keyboard.press('Escape')
  })

  await test.step('it is welcomed, pinned for all and kept for oneself', async () => {
    await mina.page.bringToFront()
    await press(inRoom(mina, 'The hall is ours'), /^React with/)
    await expect(inRoom(joon, 'The hall is ours').getByRole('button', { name: /, 1$|, 1 / })).toBeVisible()
    await choose(inRoom(mina, 'The hall is ours'), 'Pin to the room')
    await expect(joon.page.getByRole('main').getByRole('button', { name: /1 pinned message/ })).toBeVisible()
    await choose(inRoom(joon, 'The hall is ours'), 'Save for later')
    await expect(inRoom(joon, 'The hall is ours')).toContainText('Saved')
    await expect(inRoom(mina, 'The hall is ours')).not.toContainText('Saved')
  })

  await test.step('who has read shows, and somebody keeps it unread', async () => {
    await mina.send('Music from eight')
    await expect(mina.page.getByRole('button', { name: /Read by (Joon|Sora)/ })).toBeVisible()
    await choose(inRoom(sora, 'Music from eight'), 'Mark unread from here')
    await expect(sora.room('General')).toContainText('1 unread message')
    await sora.page.keyboard.press('Escape')
    await expect(sora.room('General')).not.toContainText('unread')
  })

  await test.step('a bot writes until somebody stops it', async () => {
    const bot = await Bot.in(maru, 'scribe', 'General')
    const messageId = await bot.begin('General')
    await bot.ask('message:stream:chunk', { messageId, index: 0, chunk: 'A list of **songs**: ' })
    await expect(inRoom(joon, 'A list of songs')).toBeVisible()
    await joon.page.getByRole('button', { name: 'Stop', exact: true }).click()
    await expect.poll(() => bot.stopped.has(messageId)).toBe(true)
    await bot.ask('message:stream:end', { messageId })
    for (const person of [mina, joon, sora]) await expect(person.page.getByRole('button', { name: /^Stop/ })).toHaveCount(0)
    bot.close()
  })

  await test.step('a command gives a task, which its assignee completes', async () => {
    await mina.composer.fill('/task Choose the songs @joon')
    await mina.composer.press('Control+Enter')
    await expect(entry(joon, 'Inbox')).toContainText('1 new')
    await joon.page.bringToFront()
    await entry(joon, 'My tasks').click()
    await beside(joon, 'My tasks').getByRole('checkbox', { name: 'Complete: Choose the songs' }).check()
    await expect(mina.page.getByText('Joon finished a task: Choose the songs')).toBeVisible()
    await joon.page.keyboard.press('Escape')
  })

  await test.step('one goes into silence, and everybody sees it', async () => {
    await sora.composer.fill('/dnd 2h')
    await sora.composer.press('Control+Enter')
    await mina.page.bringToFront()
    await mina.page.getByTitle('Show members').click()
    await expect(mina.page.getByRole('complementary', { name: 'Members' }).getByTitle('Do not disturb')).toBeVisible()
    await sora.open('Kitchen')
    const { alerts: before } = await passedOn(sora.page)
    await mina.send('@sora see you on Friday', 'see you on Friday')
    await expect(entry(sora, 'Inbox')).toContainText('1 new')
    await sora.composer.fill('/dnd off')
    await sora.composer.press('Control+Enter')
    await expect(mina.page.getByRole('complementary', { name: 'Members' }).getByTitle('Do not disturb')).toHaveCount(0)
    await mina.send('@sora bring the songs', 'bring the songs')
    await expect.poll(async () => (await passedOn(sora.page)).alerts).toEqual([...before, 'sound', 'sound'])
  })

  await test.step('she goes home, where her other browser takes over', async () => {
    const home = await Person.in(browser, maru, 'Sora')
    await home.logIn()
    await expect(sora.page.getByRole('dialog', { name: 'Maru is open elsewhere' })).toBeVisible()
    await home.open('General')
    await home.send('Good night!')
    await expect(mina.message('Good night!')).toBeVisible()
    await expect(joon.message('Good night!')).toBeVisible()
  })
})
