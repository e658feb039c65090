// Commands behind a slash: help while they are typed, what they do, and what they refuse.

import { expectAccessible } from './accessible.js'
import { Ime } from './ime.js'
import { expect, Person, PHONE, test, twoPeople } from './people.js'

const options = ({ page }: Person) => page.getByRole('option')
const refusal = ({ page }: Person) => page.getByRole('main').getByRole('alert')
const told = ({ page }: Person, text: string) => page.getByRole('status').getByText(text)
const saved = ({ page }: Person) => page.getByRole('region', { name: 'Saved', exact: true })

async function command(person: Person, text: string): Promise<void> {
  await person.composer.fill(text)
  await person.composer.press('Control+Enter')
}

test('a command is found, completed, explained and carried out by keyboard', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.composer.pressSequentially('/')
  await expect(options(mina)).toHaveCount(10)
  await expect(options(mina).filter({ hasText: '/remind' })).toContainText('in 20m stretch')
  await expectAccessible(mina.page)
  await mina.composer.pressSequentially('re')
  await expect(options(mina)).toHaveCount(1)
  await mina.composer.press('Tab')
  await expect(mina.composer).toHaveValue('/remind ')
  await expect(mina.page.getByRole('note').filter({ hasText: 'Reminds you at a time' })).toBeVisible()
  await mina.composer.pressSequentially('me tomorrow 9:00 water the plants')
  await expect(mina.page.getByRole('note').filter({ hasText: '→ tomorrow 9:00 AM' })).toBeVisible()
  await mina.composer.press('Enter')
  await expect(told(mina, 'You will be reminded: tomorrow 9:00 AM')).toBeVisible()
  await expect(mina.composer).toHaveValue('')
  await expect(mina.message('water the plants')).toHaveCount(0)

  await mina.page.getByRole('button', { name: 'Saved' }).click()
  await saved(mina).getByText('Reminders').click()
  await expect(saved(mina).getByText('water the plants')).toBeVisible()
  await saved(mina).getByRole('button', { name: 'Cancel reminder' }).click()
  await expect(saved(mina).getByText('No reminders are set')).toBeVisible()
})

test('what cannot be done is said where it was typed, and sends nothing', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  for (const [typed, why] of [
    ['/wave', 'There is no command /wave'],
    ['/remind me stretch', '“stretch” does not say when'],
    ['/invite @nobody', 'Nobody here is called @nobody.'],
    ['/task Cake @nobody', 'No member of this room is called @nobody.'],
    ['/dnd soon', '“soon” is not a length of time'],
  ] as const) {
    await command(joon, typed)
    await expect(refusal(joon)).toContainText(why)
    await expect(joon.composer).toHaveValue(typed)
  }
  await command(joon, '/topic mine now')
  await expect(refusal(joon)).toHaveText('Only the owner of the room can set its topic.')
  // It goes as soon as something else is typed; a blank, or a second slash, makes it a message.
  await joon.composer.fill(' /wave')
  await expect(refusal(joon)).toHaveCount(0)
  await joon.composer.press('Control+Enter')
  await expect(mina.message('/wave')).toHaveCount(1)
  await joon.send('//etc/hosts', '/etc/hosts')
  await expect(mina.log.getByRole('article')).toHaveCount(2)
})

test('commands speak, name, invite, give tasks, silence and leave', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('design')
  await command(mina, '/invite @joon')
  await expect(told(mina, 'Invited Joon.')).toBeVisible()
  await joon.open('design')
  await command(mina, '/topic Colours and type')
  await expect(joon.page.locator('main header')).toContainText('Colours and type')
  await command(mina, '/me waves')
  await expect(joon.message('waves').locator('em')).toHaveText('waves')
  await command(mina, '/shrug no idea')
  await expect(joon.message('no idea')).toContainText('no idea ¯\\_(ツ)_/¯')
  await command(mina, '/task Book the room @joon by tomorrow')
  await expect(told(mina, 'Task added: Book the room · Tomorrow')).toBeVisible()
  await expect(joon.page.getByText('Mina added a task: Book the room')).toBeVisible()
  await command(mina, '/mute')
  await expect(told(mina, 'This room is muted.')).toBeVisible()
  await command(mina, '/unmute')
  await expect(told(mina, 'This room is no longer muted.')).toBeVisible()
  await command(mina, '/dnd 2h')
  await expect(told(mina, 'Do not disturb until')).toBeVisible()
  await joon.page.getByTitle('Show members').click()
  await expect(joon.page.getByRole('complementary', { name: 'Members' }).getByTitle('Do not disturb')).toBeVisible()
  await command(mina, '/help')
  await expect(mina.page.getByRole('dialog', { name: 'Commands' })).toContainText('/remind')
  await mina.page.keyboard.press('Escape')
  await command(joon, '/leave')
  await joon.page.getByRole('dialog').getByRole('button', { name: 'Leave room' }).click()
  await expect(joon.room('design')).toHaveCount(0)
  await expect(mina.page.getByText('Joon left.')).toBeVisible()
})

test('nothing that is typed is lost while the commands are on their way', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', { serviceWorkers: 'block' })
  let release = () => {}
  const held = new Promise<void>((go) => (release = go))
  await mina.page.route(/assets\/(commands|parse|definitions)-.*\.js/, async (route) => {
    await held
    await route.continue()
  })
  await mina.setUp(maru)
  await mina.open('General')
  await mina.composer.pressSequentially('/me waves')
  await mina.composer.press('Enter')
  await mina.composer.pressSequentially(' twice')
  await expect(mina.composer).toHaveValue('/me waves twice')
  release()
  await expect(mina.composer).toHaveValue('/me waves twice')
  await mina.composer.press('Enter')
  await expect(mina.message('waves twice')).toHaveCount(1)
  await expect(mina.composer).toHaveValue('')
})

test('Korean commands on a phone, with an input method', async ({ browser, maru }) => {
  const { mina } = await twoPeople(browser, maru)
  const storageState = await mina.page.context().storageState()
  const phone = await Person.in(browser, maru, 'Mina', { ...PHONE, locale: 'ko-KR', storageState })
  await phone.page.goto(mina.page.url())
  const field = phone.page.getByRole('textbox', { name: '메시지' })
  await field.tap()
  await field.pressSequentially('/')
  const ime = await Ime.of(phone)
  for (const syllable of ['ㅇ', '아', '알']) await ime.compose(syllable)
  await expect(options(phone).filter({ hasText: '/알림' }).first()).toBeVisible()
  await ime.enterWhileComposing()
  await ime.commit('알')
  await expect(field).toHaveValue('/알')
  await options(phone).filter({ hasText: '20분 뒤 스트레칭' }).tap()
  await expect(field).toHaveValue('/알림 ')
  await ime.commit('내일 오전 9시 30분에 회의')
  await expect(phone.page.getByRole('note').filter({ hasText: '→ 내일 오전 9:30' })).toBeVisible()
  await phone.page.getByRole('button', { name: '보내기' }).tap()
  await expect(phone.page.getByText('알려 드릴게요: 내일 오전 9:30')).toBeVisible()
  await field.fill('/할일 케이크 @joon 금요일까지')
  await phone.page.getByRole('button', { name: '보내기' }).tap()
  await expect(phone.page.getByText('Mina님이 할 일을 추가했어요: 케이크')).toBeVisible()
  await field.fill('/춤')
  await phone.page.getByRole('button', { name: '보내기' }).tap()
  await expect(phone.page.getByRole('alert')).toContainText('“/춤” 명령어는 없어요')
})
