import { expect, press, test, twoPeople } from './people.js'

test('two people set up, invite, make a room and talk', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)

  await mina.createRoom('Lunch')
  await joon.page.getByRole('button', { name: 'Browse rooms' }).click()
  await joon.page.getByRole('button', { name: 'Join', exact: true }).click()
  await joon.page.keyboard.press('Escape')
  await joon.open('Lunch')

  await mina.send('Shall we eat at noon? 점심 먹을까요?')
  await expect(joon.message('점심 먹을까요?')).toBeVisible()
  await joon.composer.pressSequentially('Yes')
  await expect(mina.page.getByText('Joon is typing…')).toBeVisible()
  await joon.composer.press('Enter')
  await expect(mina.message('Yes')).toBeVisible()
  await expect(mina.page.getByText('Joon is typing…')).toBeHidden()

  await mina.page.getByTitle('Show members').click()
  const member = mina.page.getByRole('complementary', { name: 'Members' }).getByRole('listitem').filter({ hasText: 'Joon' })
  await expect(member.getByTitle('Online')).toBeVisible()
  await joon.page.close()
  await expect(member.getByTitle('Offline')).toBeVisible()
})

test('a message is edited, reacted to and deleted for everybody', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await mina.send('Meet at tow')
  await expect(joon.message('Meet at tow')).toBeVisible()
  await mina.composer.press('ArrowUp')
  const editor = mina.log.getByRole('article').getByRole('textbox')
  await expect(editor).toBeFocused()
  await editor.fill('Meet at two')
  await editor.press('Enter')
  await expect(joon.message('Meet at two')).toContainText('(edited)')

  await press(joon.message('Meet at two'), 'React')
  await joon.page.getByRole('menuitem').first().click()
  await expect(mina.message('Meet at two').getByRole('button', { name: /1 person: Joon/ })).toBeVisible()

  await press(mina.message('Meet at two'), 'More')
  await mina.page.getByRole('menuitem', { name: 'Delete' }).click()
  await mina.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(joon.message('This message was deleted.')).toBeVisible()
  await expect(joon.message('Meet at two')).toHaveCount(0)
})

test('unread messages are counted until they are seen', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.createRoom('Elsewhere')
  await mina.open('General')
  for (const text of ['one', 'two', 'three']) await mina.send(text)
  await expect(joon.room('General')).toContainText('3 unread messages')
  await expect(joon.page).toHaveTitle(/^\(3\)/)
  await joon.open('General')
  await expect(joon.message('three')).toBeVisible()
  await expect(joon.room('General')).not.toContainText('unread')
})

test('a private room is not known to who is not in it', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('Salaries', 'Only invited people')
  await mina.send('secret figures')
  const address = mina.page.url()

  await joon.page.getByRole('button', { name: 'Browse rooms' }).click()
  await expect(joon.page.getByText('Salaries')).toHaveCount(0)
  await joon.page.goto(address)
  await expect(joon.page.getByText('This room cannot be opened')).toBeVisible()
  await expect(joon.page.getByText('secret figures')).toHaveCount(0)
})
