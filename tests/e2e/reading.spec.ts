// Messages as they are read: long ones folded, emoji by their names, and edits that outlast a reload.

import { expectAccessible } from './accessible.js'
import { Author, UNHURRIED } from './author.js'
import { copiedBy, expect, Person, placeOf, test, twoPeople } from './people.js'

test.use({ settings: UNHURRIED })

const LONG = ['the first line', ...Array.from({ length: 120 }, (_, at) => `line ${at}`), 'the last line'].join('\n')

test('a long message is folded, and unfolded by hand, by a link, and for the clipboard', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  const roomId = mina.roomId
  const author = await Author.as(maru, 'joon')
  const { seq } = await author.write(roomId, LONG)
  await author.write(roomId, 'short after it')
  const long = mina.message('the first line')
  await expect(mina.message('short after it')).toBeVisible()
  const more = long.getByRole('button', { name: 'Show more' })
  await expect(more).toBeVisible()
  const { height: folded } = await placeOf(long)
  expect(folded).toBeLessThan(620)
  await expectAccessible(mina.page)
  await more.click()
  await expect(long.getByRole('button', { name: 'Show less' })).toHaveAttribute('aria-expanded', 'true')
  await expect.poll(async () => (await long.boundingBox())?.height ?? 0).toBeGreaterThan(1500)
  await long.getByRole('button', { name: 'Show less' }).click()
  await expect.poll(async () => (await long.boundingBox())?.height ?? 0).toBe(folded)
  await mina.untilListening()
  await long.focus()
  expect(await copiedBy(mina.page, () => mina.page.keyboard.press('c'))).toBe(LONG)
  // Whoever is led to it, as by a link or from a search, has come for the whole.
  await joon.page.goto(`/rooms/${roomId}/${seq}`)
  await expect(joon.message('the first line').getByRole('button', { name: 'Show less' })).toBeAttached()
})

test('emoji that are named are drawn, but in code', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  const roomId = mina.roomId
  const author = await Author.as(maru, 'mina')
  await author.write(roomId, 'deployed :tada: with `:tada:`')
  await expect(mina.message('deployed')).toContainText('deployed 🎉 with :tada:')
})

test('an edit goes on after a reload', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('a word')
  await mina.composer.press('ArrowUp')
  const editor = mina.log.getByRole('textbox')
  await editor.fill('a word, and a second thought')
  await mina.page.reload()
  await expect(editor).toHaveValue('a word, and a second thought')
  await editor.press('Enter')
  await expect(mina.message('a second thought')).toContainText('(edited)')
  await mina.page.reload()
  await expect(mina.message('a second thought')).toBeVisible()
  await expect(editor).toHaveCount(0)
})
