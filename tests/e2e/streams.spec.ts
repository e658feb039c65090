// Messages that grow while they are written, as the people of a room see them.

import { Bot } from './bot.js'
import { expect, Person, placeOf, test, twoPeople } from './people.js'

const CHUNKS = 320
const WORDS = 'Trees are **graphs** without circles; each has one root. '.split(/(?<= )/)

/** A text in paragraphs, a list and a block of code, in many small pieces. */
function piecesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    if (index === count - 1) return '\n\nThe end.'
    if (index % 60 === 59) return '\n\n'
    if (index % 60 === 30) return '\n\n- a leaf\n- another leaf\n\n'
    return WORDS[index % WORDS.length] ?? ''
  })
}

const stop = ({ page }: Person) => page.getByRole('button', { name: 'Stop', exact: true })
const distanceToEnd = ({ log }: Person) => log.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)

/** In the page: counts how many blocks of the growing text were put there. */
function watchBlocks(): void {
  const log = document.querySelector('[role=log]')
  let count = 0
  const observer = new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
      const isText = (target as Element).classList?.contains('growing')
      if (isText) count += [...addedNodes].filter(({ nodeType }) => nodeType === Node.ELEMENT_NODE).length
    }
    document.documentElement.dataset.blocks = String(count)
  })
  if (log) observer.observe(log, { childList: true, subtree: true })
}

test('a bot writes, people watch, somebody comes late, and the end is the whole text', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  for (let n = 0; n < 12; n++) await mina.send(`before ${n}.`)
  const bot = await Bot.in(maru, 'clock', 'General')
  await mina.page.bringToFront()
  await mina.page.evaluate(watchBlocks)
  const messageId = await bot.begin('General')
  await expect(stop(mina)).toBeVisible()
  const pieces = piecesOf(CHUNKS)
  const growing = mina.log.locator('.growing')
  for (const [index, chunk] of pieces.entries()) {
    await bot.ask('message:stream:chunk', { messageId, index, chunk })
    if (index === 100) await expect(growing.locator('p').first()).toContainText('without circles')
    if (index === 150) {
      // Late, and there is all that was written before.
      await joon.open('General')
      await expect(joon.log.locator('.growing p').first()).toContainText('Trees are graphs')
      await expect(stop(joon)).toBeVisible()
    }
    if (index === 200) {
      await expect.poll(() => distanceToEnd(mina)).toBeLessThan(4)
      await expect(growing).toHaveAttribute('aria-busy', 'true')
    }
  }
  await bot.ask('message:stream:end', { messageId })
  for (const person of [mina, joon]) {
    await expect(person.message('The end.')).toHaveCount(1)
    await expect(person.log.locator('.growing')).toHaveCount(0)
    await expect(stop(person)).toHaveCount(0)
    await expect(person.message('The end.').locator('li')).toHaveCount(2 * pieces.filter((piece) => piece.includes('leaf')).length)
  }
  await expect.poll(() => distanceToEnd(mina)).toBeLessThan(4)
  // Both see the same, however it came to them.
  const texts = await Promise.all([mina, joon].map((person) => person.message('The end.').locator('.text').innerText()))
  expect(texts[0]).toBe(texts[1])
  // Only the last block was rendered anew; all of them at each step would be several thousands.
  const blocks = Number(await mina.page.locator('html').getAttribute('data-blocks'))
  expect(blocks).toBeGreaterThan(10)
  expect(blocks).toBeLessThan(3 * CHUNKS)
  bot.close()
})

test('anybody in the room can ask for an end, and the writer hears of it', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  const bot = await Bot.in(maru, 'clock', 'General')
  const messageId = await bot.begin('General')
  await bot.ask('message:stream:chunk', { messageId, index: 0, chunk: 'One. ' })
  await stop(joon).click()
  await expect(joon.page.getByRole('button', { name: 'Stopping…' })).toBeDisabled()
  await expect.poll(() => bot.stopped.has(messageId)).toBe(true)
  await bot.ask('message:stream:chunk', { messageId, index: 1, chunk: 'That is all.' })
  await bot.ask('message:stream:end', { messageId })
  for (const person of [mina, joon]) {
    await expect(person.message('One. That is all.')).toHaveCount(1)
    await expect(person.page.getByRole('button', { name: /^Stop/ })).toHaveCount(0)
  }
  bot.close()
})

test('one that fails keeps what it had, and says why', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  const bot = await Bot.in(maru, 'clock', 'General')
  const messageId = await bot.begin('General')
  await bot.ask('message:stream:chunk', { messageId, index: 0, chunk: 'Chapter 5 is' })
  await expect(mina.message('Chapter 5 is')).toBeVisible()
  await bot.ask('message:stream:error', { messageId, error: 'the model cannot be reached' })
  const failed = mina.message('Chapter 5 is')
  await expect(failed).toContainText('Not complete: the model cannot be reached')
  await expect(stop(mina)).toHaveCount(0)
  await joon.open('General')
  await expect(joon.message('Chapter 5 is')).toContainText('Not complete: the model cannot be reached')
  bot.close()
})

test('whoever reads further up is left there while a message grows', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  for (let n = 0; n < 30; n++) await mina.send(`line ${n}.`)
  const bot = await Bot.in(maru, 'clock', 'General')
  const messageId = await bot.begin('General')
  await bot.ask('message:stream:chunk', { messageId, index: 0, chunk: 'It begins.' })
  await expect(mina.message('It begins.')).toBeVisible()
  await mina.log.hover()
  await mina.page.mouse.wheel(0, -600)
  await expect.poll(() => distanceToEnd(mina)).toBeGreaterThan(300)
  const top = () => mina.message('line 10.').evaluate((element) => Math.round(element.getBoundingClientRect().top))
  await placeOf(mina.message('line 10.'))
  const before = await top()
  for (let index = 1; index < 60; index++) await bot.ask('message:stream:chunk', { messageId, index, chunk: '\n\nand more' })
  await bot.ask('message:stream:end', { messageId })
  await expect(mina.page.getByRole('button', { name: /Go to the newest|new message/ })).toBeVisible()
  await expect.poll(top).toBe(before)
  bot.close()
})
