// What was said is found again, in Korean as in English.

import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { Author, UNHURRIED } from './author.js'
import { expect, Person, PHONE, test, twoPeople } from './people.js'

test.use({ settings: UNHURRIED })

const panel = (person: Person): Locator => person.page.getByRole('search')
const field = (person: Person): Locator => panel(person).getByRole('combobox')
const hits = (person: Person): Locator => panel(person).getByRole('listbox').getByRole('option')

test('a Korean reader finds words of two letters, with any spacing, by people’s initial consonants', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const minsu = await Person.in(browser, maru, '김민수')
  await minsu.accept(await mina.invite())
  await mina.open('General')
  const [hers, his] = [await Author.as(maru, 'mina'), await Author.as(maru, '김민수')]
  await hers.write(mina.roomId, '회의실을 예약했어요')
  await his.write(mina.roomId, '오늘 **회의록**이에요: https://example.com')
  await his.write(mina.roomId, '@mina 다음 주 배포 일정을 정해요')
  await expect(mina.message('배포 일정')).toBeVisible()
  await mina.page.evaluate(() => localStorage.setItem('maru:preferences', '{"language":"ko"}'))
  const heard: string[] = []
  mina.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(payload.toString())))
  await mina.page.reload()
  await mina.page.getByRole('button', { name: '메시지 검색' }).click()

  await expect(field(mina)).toBeFocused()
  await field(mina).fill('회의')
  await expect(hits(mina)).toHaveCount(2)
  await expect(hits(mina).locator('mark')).toHaveText(['회의', '회의'])
  await expect(hits(mina).first()).toContainText('오늘 회의록이에요')
  await expect(panel(mina).getByText('2건')).toBeVisible()

  // A syllable on its way is found nowhere; what was found stands.
  await field(mina).fill('회')
  const method = await mina.page.context().newCDPSession(mina.page)
  const compose = (text: string) => method.send('Input.imeSetComposition', { text, selectionStart: 1, selectionEnd: 1 })
  await compose('의')
  await expect(hits(mina)).toHaveCount(2)
  heard.length = 0
  await compose('읰')
  await expect.poll(() => heard.some((frame) => frame.includes('"hits":[]'))).toBe(true)
  await expect(hits(mina)).toHaveCount(2)
  await method.send('Input.insertText', { text: '읰' })
  await expect(panel(mina).getByText('“회읰” 검색 결과가 없어요')).toBeVisible()

  await field(mina).fill('배포일정')
  await expect(hits(mina)).toHaveCount(1)
  await expect(hits(mina).locator('mark').first()).toHaveText(/배포/)
  await expect(hits(mina)).toContainText('@Mina 다음 주')

  await field(mina).fill('회의 보낸')
  await mina.page.keyboard.press('Tab')
  await expect(field(mina)).toHaveValue('회의 보낸이:')
  await mina.page.keyboard.type('ㄱㅁ')
  await expect(hits(mina).first()).toContainText('김민수')
  await mina.page.keyboard.press('Enter')
  await expect(field(mina)).toHaveValue('회의 보낸이:@김민수 ')
  await expect(hits(mina)).toHaveCount(1)
  await expect(panel(mina).getByRole('button', { name: '필터 빼기: 보낸 사람 김민수' })).toBeVisible()

  await field(mina).fill('포함:고양이 회의')
  await expect(panel(mina).getByRole('alert')).toContainText('“포함:고양이”의 뜻을 알 수 없어요')
  await expect(field(mina)).toHaveAttribute('aria-invalid', 'true')
})

test('by keyboard alone: search, open in context, go on, and come back', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.createRoom('Elsewhere')
  await joon.send('needle in another room')
  await mina.page.getByRole('button', { name: 'Browse rooms' }).click()
  await mina.page.getByRole('button', { name: 'Join', exact: true }).click()
  await mina.page.keyboard.press('Escape')
  await mina.open('General')
  const author = await Author.as(maru, 'joon')
  await author.writeAll(mina.roomId, ['before the needle', 'the needle itself', 'after the needle'])
  await author.writeAll(mina.roomId, Array.from({ length: 130 }, (_, index) => `hay no. ${index + 1}.`))
  await expect(mina.message('hay no. 130.')).toBeVisible()

  await mina.composer.focus()
  await mina.page.keyboard.press('Control+Shift+f')
  await expect(field(mina)).toBeFocused()
  await mina.page.keyboard.type('needle')
  await expect(hits(mina)).toHaveCount(4)
  await expect(panel(mina).getByRole('group', { name: 'General' }).getByRole('option')).toHaveCount(3)
  await expect(hits(mina).first()).toHaveAttribute('aria-selected', 'true')
  await expectAccessible(mina.page)

  // Far above what is loaded, with what was said around it.
  await mina.page.keyboard.press('ArrowDown')
  await mina.page.keyboard.press('Enter')
  await expect(mina.message('the needle itself')).toBeInViewport()
  await expect(mina.message('before the needle')).toBeVisible()
  await expect(mina.message('after the needle')).toBeVisible()
  // Into another room, still in the field.
  await mina.page.keyboard.press('ArrowDown')
  await mina.page.keyboard.press('ArrowDown')
  await mina.page.keyboard.press('Enter')
  await expect(mina.message('needle in another room')).toBeInViewport()
  await expect(field(mina)).toBeFocused()

  await mina.page.keyboard.press('Escape')
  await expect(panel(mina)).toHaveCount(0)
  await expect(mina.page.getByPlaceholder('Message to Elsewhere')).toBeFocused()

  // What was looked for is there again, and among the recent searches.
  await mina.page.keyboard.press('Control+Shift+f')
  await expect(field(mina)).toHaveValue('needle')
  await expect(hits(mina)).toHaveCount(4)
  await mina.page.keyboard.press('Delete')
  await expect(panel(mina).getByRole('option', { name: 'needle' })).toBeVisible()
  await mina.page.keyboard.press('ArrowDown')
  await mina.page.keyboard.press('Enter')
  await expect(field(mina)).toHaveValue('needle')
  await expect(hits(mina)).toHaveCount(4)

  // More comes while the arrows go down; a message that is deleted goes.
  await field(mina).fill('hay')
  await expect(hits(mina)).toHaveCount(20)
  await expect(panel(mina).getByText('130 messages')).toBeVisible()
  for (let count = 0; count < 18; count += 1) await mina.page.keyboard.press('ArrowDown')
  await expect(hits(mina)).toHaveCount(40)
})

test('Ctrl+F looks in this room, and a second one is the browser’s', async ({ browser, maru }) => {
  const { mina } = await twoPeople(browser, maru)
  await mina.open('General')
  await mina.send('apple in General')
  await mina.createRoom('Kitchen')
  await mina.send('apple in the kitchen')
  await mina.page.evaluate(() =>
    addEventListener('keydown', (event) => document.body.setAttribute('data-taken', String(event.defaultPrevented))),
  )
  await mina.page.keyboard.press('Control+f')
  await expect(mina.page.locator('body')).toHaveAttribute('data-taken', 'true')
  await expect(field(mina)).toBeFocused()
  await expect(field(mina)).toHaveAttribute('placeholder', 'Search in Kitchen')
  await mina.page.keyboard.press('Control+f')
  await expect(mina.page.locator('body')).toHaveAttribute('data-taken', 'false')

  await mina.page.keyboard.type('apple')
  await expect(hits(mina)).toHaveCount(1)
  await expect(hits(mina)).toContainText('kitchen')
  await mina.page.keyboard.type('s')
  await expect(panel(mina).getByText('Nothing found for “apples” in Kitchen')).toBeVisible()
  await mina.page.keyboard.press('Backspace')
  await mina.page.keyboard.press('Home')
  await mina.page.keyboard.press('Backspace')
  await expect(field(mina)).toHaveAttribute('placeholder', 'Search messages')
  await expect(hits(mina)).toHaveCount(2)

  // What cannot be asked now is asked when the connection is back.
  await mina.untilSettled()
  maru.network.cut()
  await expect(mina.page.getByText(/Connection lost|You are offline|Connecting/)).toBeVisible()
  await field(mina).fill('kitchen')
  await expect(panel(mina).getByRole('alert')).toContainText('You are offline')
  maru.network.mend()
  await expect(hits(mina)).toHaveCount(1)
  await expect(panel(mina).getByRole('alert')).toHaveCount(0)

  // Nothing that is typed at once goes into the message.
  await mina.page.keyboard.press('Escape')
  await expect(panel(mina)).toHaveCount(0)
  await mina.page.keyboard.press('Control+Shift+f')
  await mina.page.keyboard.type('apple')
  await expect(field(mina)).toHaveValue('apple')
  await expect(hits(mina)).toHaveCount(2)
  await expect(mina.composer).toHaveValue('')

  // Not even before there is a page.
  let letGo: () => void = () => undefined
  const held = new Promise<void>((go) => (letGo = go))
  await mina.page.route('**/auth/refresh', async (route) => {
    await held
    await route.continue()
  })
  const refresh = mina.page.waitForRequest('**/auth/refresh')
  await mina.page.reload()
  await refresh
  await mina.page.keyboard.press('Control+Shift+f')
  await mina.page.keyboard.type('pear')
  letGo()
  await expect(field(mina)).toHaveValue('pear')
  await expect(mina.composer).toHaveValue('')
})

test('on a phone search covers the page, and back leads from a message to what was found', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', PHONE)
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('tall tree')
  await mina.send('small tree')
  await mina.back()
  await mina.page.getByRole('button', { name: 'Search messages' }).tap()
  await field(mina).fill('tree')
  await expect(hits(mina)).toHaveCount(2)
  await expectAccessible(mina.page)
  expect(await mina.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false)

  await hits(mina).last().tap()
  await expect(panel(mina)).toHaveCount(0)
  await expect(mina.message('tall tree')).toBeInViewport()
  await mina.back()
  await expect(hits(mina)).toHaveCount(2)
  await mina.back()
  await expect(panel(mina)).toHaveCount(0)
  await expect(mina.room('General')).toBeVisible()
})
