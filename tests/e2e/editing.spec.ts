// Edits of messages, and what becomes of them.

import { Author, UNHURRIED } from './author.js'
import { choose, expect, Person, test, twoPeople } from './people.js'

test.use({ settings: UNHURRIED })

test('an edit ends with its message, and leaves nothing behind', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('about to go')
  const other = await mina.anotherTab()
  await other.open('General')
  await mina.composer.press('ArrowUp')
  await mina.log.getByRole('textbox').fill('half of a better')
  const drafts = () =>
    mina.page.evaluate(async () => {
      const all = <T>(request: IDBRequest<T>) => new Promise<T>((resolve) => (request.onsuccess = () => resolve(request.result)))
      const database = await all(indexedDB.open('maru'))
      const kept = await all<{ content: string }[]>(database.transaction('drafts').objectStore('drafts').getAll())
      database.close()
      return kept.map(({ content }) => content)
    })
  await expect.poll(drafts).toEqual(['half of a better'])
  await choose(other.message('about to go'), 'Delete')
  await other.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(mina.message('This message was deleted.')).toBeVisible()
  await expect(mina.log.getByRole('textbox')).toHaveCount(0)
  await expect.poll(drafts).toEqual([])
  await expect(mina.composer).toBeFocused()
})

test('an edit outlasts a look into another room, and a mention is written on', async ({ browser, maru }) => {
  const { mina } = await twoPeople(browser, maru)
  await mina.createRoom('Elsewhere')
  await mina.open('General')
  for (const text of ['message one', 'message two']) await mina.send(text)
  const { keyboard } = mina.page
  await mina.composer.press('ArrowUp')
  const editor = mina.log.getByRole('textbox')
  await editor.fill('message two, and more')
  await mina.open('Elsewhere')
  await mina.open('General')
  await mina.composer.press('ArrowUp')
  await expect(editor).toHaveValue('message two, and more')
  await keyboard.press('Enter')
  await expect(mina.message('message two, and more')).toContainText('(edited)')
  await mina.composer.press('ArrowUp')
  await keyboard.press('Escape')
  await mina.composer.press('ArrowUp')
  await expect(editor).toHaveValue('message two, and more')
  await keyboard.press('Escape')
  await expect(mina.composer).toBeFocused()

  const author = await Author.as(maru, 'joon')
  await author.write(mina.roomId, 'who else is here?')
  await mina.message('who else is here?').getByRole('button', { name: 'Joon' }).first().click()
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Mention' }).click()
  await expect(mina.composer).toBeFocused()
  await keyboard.type('me')
  await expect(mina.composer).toHaveValue('@joon me')
})
