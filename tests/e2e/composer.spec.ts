import { Ime } from './ime.js'
import { copiedBy, expect, Person, PHONE, press, test, twoPeople } from './people.js'

const CONTROL = 2
const ENTER = 13

for (const [name, enter, modifiers] of [
  ['Enter', 'Enter', 0],
  ['Ctrl+Enter', 'Control+Enter', CONTROL],
] as const) {
  test(`${name} sends a Korean sentence once and whole`, async ({ browser, maru }) => {
    const { mina, joon } = await twoPeople(browser, maru)
    await mina.open('General')
    await joon.open('General')
    await mina.page.bringToFront()
    await mina.composer.focus()
    const ime = await Ime.of(mina)

    // Chrome: the key while composing, then the committed syllable, then the key again.
    for (const syllable of ['ㅇ', '아', '안']) await ime.compose(syllable)
    await ime.commit('안')
    for (const syllable of ['ㄴ', '녀', '녕']) await ime.compose(syllable)
    await ime.enterWhileComposing(modifiers)
    // Firefox: the key keeps its code, and is marked as part of the composition.
    await ime.enterWhileComposing(modifiers, ENTER)
    await expect(mina.composer).toHaveValue('안녕')
    await ime.commit('녕')
    await mina.composer.press(enter)
    await expect(mina.composer).toHaveValue('')

    // Safari: the syllable is committed first, and the key that did it is marked by its code alone.
    await ime.compose('봐')
    await ime.commit('봐')
    await ime.enterWhileComposing(modifiers)
    await ime.compose('요')
    await ime.commit('요')
    await mina.composer.press(enter)
    await expect(mina.composer).toHaveValue('')

    await mina.send('끝')
    await expect(joon.message('끝')).toBeVisible()
    const written = await joon.log.getByRole('article').locator('.text').allInnerTexts()
    expect(written.map((text) => text.trim())).toEqual(['안녕', '봐요', '끝'])
  })
}

test('people, rooms and emoji complete by keyboard and mouse, in Korean too', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('점심 메뉴')
  await mina.open('General')
  const options = mina.page.getByRole('option')

  await mina.composer.pressSequentially('@jo')
  await expect(options).toHaveCount(1)
  await mina.composer.press('Tab')
  await expect(mina.composer).toHaveValue('@joon ')

  await mina.composer.pressSequentially('#ㅈㅅ')
  await expect(options).toHaveText(['점심 메뉴'])
  await options.first().click()
  await expect(mina.composer).toHaveValue('@joon #점심 메뉴 ')

  // With the last letters nothing else is offered that could still change places.
  await mina.composer.pressSequentially(':rocket')
  await expect(options.first()).toContainText(':rocket:')
  await expect(options.first()).toHaveAttribute('aria-selected', 'true')
  await mina.composer.press('Enter')
  await mina.composer.pressSequentially(' :tada:')
  await expect(mina.composer).toHaveValue('@joon #점심 메뉴 🚀 🎉')

  await mina.composer.pressSequentially(' @jo')
  await expect(options).toHaveCount(1)
  await mina.composer.press('Escape')
  await expect(options).toHaveCount(0)
  await mina.composer.press('Enter')

  await joon.open('General')
  const message = joon.message('🚀')
  await expect(message.locator('.mention.me').first()).toHaveText('@Joon')
  await mina.message('🚀').getByRole('button', { name: '@Joon' }).first().click()
  const card = mina.page.getByRole('dialog', { name: 'Joon' })
  await expect(card.getByText('Online')).toBeVisible()
  await mina.page.keyboard.press('Escape')
  await mina.message('🚀').getByRole('link', { name: '#점심 메뉴' }).click()
  await expect(mina.page.getByPlaceholder('Message to 점심 메뉴')).toBeVisible()
})

test('Ctrl+Enter sends, although something is offered for the last word', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.composer.pressSequentially('ask @joo')
  await expect(mina.page.getByRole('option')).toHaveCount(1)
  await mina.composer.press('Control+Enter')
  await expect(joon.message('ask @joo')).toHaveCount(1)
  await expect(mina.composer).toHaveValue('')
})

test('lines break, lists go on, and formats come and go', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  const { composer } = mina
  await composer.pressSequentially('- one')
  await composer.press('Shift+Enter')
  await composer.pressSequentially('two')
  await expect(composer).toHaveValue('- one\n- two')
  await composer.press('Shift+Enter')
  await composer.press('Shift+Enter')
  await composer.pressSequentially('end')
  await expect(composer).toHaveValue('- one\n- two\n\nend')
  await composer.press('Shift+ArrowLeft')
  await composer.press('Shift+ArrowLeft')
  await composer.press('Shift+ArrowLeft')
  await composer.press('Control+b')
  await expect(composer).toHaveValue('- one\n- two\n\n**end**')
  await composer.press('Control+z')
  await expect(composer).toHaveValue('- one\n- two\n\nend')
  await composer.press('Enter')
  await expect(mina.message('one').getByRole('listitem')).toHaveText(['one', 'two'])

  await composer.pressSequentially('```ts')
  await composer.press('Enter')
  await composer.pressSequentially('const answer: number = 42')
  await composer.press('Enter')
  await composer.pressSequentially('```')
  await composer.press('Enter')
  const code = mina.message('answer')
  await expect(code.getByText('TypeScript')).toBeVisible()
  await expect(code.locator('.hljs-keyword')).toHaveText('const')
  const copied = await copiedBy(mina.page, () => code.getByRole('button', { name: 'Copy' }).click())
  expect(copied).toBe('const answer: number = 42')
  await expect(code.getByRole('button', { name: 'Copied' })).toBeVisible()
})

test('Esc leaves a reply', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('a question')
  await press(mina.message('a question'), 'Reply')
  await expect(mina.composer).toBeFocused()
  await expect(mina.page.getByText('Reply to Mina')).toBeVisible()
  await mina.composer.press('Escape')
  await expect(mina.page.getByText('Reply to Mina')).toHaveCount(0)
})

test('on a phone Enter breaks the line and the button sends', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', PHONE)
  await mina.setUp(maru)
  await mina.open('General')
  await mina.composer.tap()
  await mina.composer.pressSequentially('one')
  await mina.composer.press('Enter')
  await mina.composer.pressSequentially('two')
  await mina.page.getByRole('button', { name: 'Send' }).tap()
  await expect(mina.message('one')).toContainText('two')
  await expect(mina.composer).toHaveValue('')
})

test('any emoji is found, written and reacted with, and remembered', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.composer.fill('lunch')
  await mina.page.getByRole('button', { name: 'Emoji' }).click()
  await mina.page.getByRole('combobox', { name: 'Search' }).fill('ramen')
  await mina.page.getByRole('option', { name: /steaming bowl/ }).click()
  await expect(mina.composer).toHaveValue('lunch🍜')
  await mina.composer.press('Enter')

  await press(mina.message('lunch'), 'React with 🍜')
  const reaction = mina.message('lunch').getByRole('button', { name: /🍜, 1 person/ })
  await expect(reaction).toHaveAttribute('aria-pressed', 'true')
  await press(mina.message('lunch'), 'More')
  await mina.page.getByRole('menuitem', { name: 'More emoji' }).click()
  await mina.page.getByRole('combobox', { name: 'Search' }).fill('taco')
  await mina.page.getByRole('option', { name: /taco/ }).click()
  await expect(mina.message('lunch').getByRole('button', { name: /🌮, 1 person/ })).toBeVisible()
  await reaction.click()
  await expect(reaction).toHaveCount(0)
})
