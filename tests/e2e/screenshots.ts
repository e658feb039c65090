// The pictures of the documentation, made from the real program: `scripts/screenshots`.

import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from '@playwright/test'
import { Maru } from './maru.js'
import { expect, PASSWORD, Person, test } from './people.js'
import { type Teammate, teamOf } from './team.js'

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 }
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 780 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
}

test('a team at work, in English', async ({ browser, maru }) => {
  const team = await teamOf(maru, { mina: 'Mina Park', joon: 'Joon Lee', alex: 'Alex Rivera', kai: 'Kai Tanaka' })
  const { mina, joon, alex, kai } = team
  const others = [joon, alex, kai]
  const design = await mina.room({ kind: 'public', name: 'design', topic: 'We open on Monday' }, others)
  const releases = await mina.room({ kind: 'public', name: 'releases' }, others)
  await mina.room({ kind: 'public', name: 'lunch' }, others)
  await mina.ask('room:create', { kind: 'private', name: 'hiring', participants: [alex.id] })

  await mina.say(design, 'Good morning! The new log-in page is ready for a look. It asks for two things only.')
  const picture = await mina.upload('log-in.png', await logInPage(browser, maru))
  const shown = await mina.say(design, '', { fileIds: [picture] })
  await joon.react(shown, '🎉', '👍')
  await alex.react(shown, '🎉')
  await kai.react(shown, '🎉')
  const found = await alex.say(
    design,
    'Lovely. One thing: password managers miss the field.\n\n```html\n<input type="password" autocomplete="current-password" />\n```',
  )
  await mina.say(design, 'Oh! That is what it was.', { threadRoot: found })
  await alex.say(design, 'Tried it with three of them: all of them fill it in now.', { threadRoot: found })
  await kai.say(design, 'Firefox, too 👌', { threadRoot: found })
  await joon.say(design, '@mina shall we ship it **today at 3**?')
  await alex.say(releases, '2.4 is out: threads load twice as fast.')
  await kai.say(releases, 'Release notes are in the usual place.')
  const direct = (await joon.ask('room:create', { kind: 'direct', participants: [mina.id] })).room.id
  await joon.say(direct, 'Do you have a minute before the call?')
  const due = new Date(Date.now() + 86_400_000).toISOString()
  await mina.ask('task:create', { roomId: design, title: 'Ship the log-in page', assigneeId: mina.id, dueAt: due })
  await alex.ask('message:pin', { messageId: found, on: true })

  const page = await loggedIn(browser, maru, 'mina', { ...DESKTOP, colorScheme: 'light' })
  await page.getByRole('navigation').getByRole('link', { name: 'design' }).click()
  const log = page.getByRole('log')
  await expect(log.getByText('shall we ship it')).toBeVisible()
  await log.getByRole('button', { name: /3 replies/ }).click()
  await expect(page.getByText('Firefox, too')).toBeVisible()
  await alex.ask('typing:start', { roomId: design })
  await expect(page.getByText('Alex Rivera is typing…')).toBeVisible()
  await picturesShown(page)
  await page.mouse.move(640, 2)
  await page.screenshot({ path: `${FOLDER}room-light.png` })
  leave(team)
})

test('a team at work, in Korean', async ({ browser, maru }) => {
  const team = await teamOf(maru, { mina: '김미나', joon: '박준호', sora: '이소라', haneul: '최하늘' })
  const { mina, joon, sora, haneul } = team
  const others = [joon, sora, haneul]
  const design = await mina.room({ kind: 'public', name: '디자인', topic: '월요일에 문을 열어요' }, others)
  const lunch = await mina.room({ kind: 'public', name: '점심' }, others)
  const releases = await mina.room({ kind: 'public', name: '배포' }, others)
  await haneul.say(lunch, '지난주 점심메뉴 투표 결과예요: 국수 5표, 김밥 3표')
  await joon.say(design, '어제 점심시간에 나온 의견 정리했어요. 문구부터 고치면 좋겠어요.')
  await mina.say(design, '새 로그인 화면이에요. 이제 두 가지만 물어봐요.')
  const picture = await mina.upload('로그인 화면.png', await logInPage(browser, maru, 'ko-KR'))
  const shown = await mina.say(design, '', { fileIds: [picture] })
  await sora.react(shown, '🎉', '👏')
  await joon.react(shown, '🎉')
  const checked = await sora.say(design, '문구도 확인했어요. “초대 링크를 받아 주세요” 좋네요.')
  await mina.say(design, '고마워요!', { threadRoot: checked })
  await joon.say(design, '@mina 오늘 **오후 3시**에 배포할까요?')
  await haneul.say(releases, '2.4 배포했어요. 스레드가 두 배 빨라졌어요.')
  await sora.say(lunch, '@mina 오늘 점심 뭐 먹을까요?')
  const direct = (await joon.ask('room:create', { kind: 'direct', participants: [mina.id] })).room.id
  await joon.say(direct, '회의 전에 잠깐 이야기해요.')

  const phone = await loggedIn(browser, maru, 'mina', { ...PHONE, colorScheme: 'dark', locale: 'ko-KR' })
  const rooms = phone.getByRole('navigation')
  await expect(rooms.getByRole('link', { name: '박준호' })).toBeVisible()
  await phone.screenshot({ path: `${FOLDER}phone-rooms-ko.png` })

  const page = await loggedIn(browser, maru, 'mina', { ...DESKTOP, colorScheme: 'dark', locale: 'ko-KR' })
  await page.getByRole('navigation').getByRole('link', { name: '디자인' }).click()
  await expect(page.getByRole('log').getByText('배포할까요?')).toBeVisible()
  await page.getByRole('button', { name: '메시지 검색' }).click()
  const panel = page.getByRole('search')
  await panel.getByRole('combobox').fill('점심')
  await expect(panel.locator('mark').first()).toBeVisible()
  await picturesShown(page)
  await page.screenshot({ path: `${FOLDER}search-dark-ko.png` })

  await rooms.getByRole('link', { name: '디자인' }).click()
  await expect(phone.getByRole('log').getByText('배포할까요?')).toBeVisible()
  await picturesShown(phone)
  await phone.mouse.move(195, 2)
  await phone.screenshot({ path: `${FOLDER}phone-room-ko.png` })
  leave(team)
})

async function loggedIn(browser: Browser, maru: Maru, username: string, options: BrowserContextOptions): Promise<Page> {
  const { page } = await Person.in(browser, maru, username, options)
  await page.goto('/')
  await page.locator('input[autocomplete="username"]').fill(username)
  await page.locator('input[type="password"]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('navigation').getByRole('link', { name: 'General' })).toBeVisible()
  return page
}

/** What the team talks about. */
async function logInPage(browser: Browser, maru: Maru, locale = 'en-US'): Promise<Buffer> {
  const { page } = await Person.in(browser, maru, 'Guest', { viewport: { width: 640, height: 420 }, locale })
  await page.goto('/')
  await expect(page.locator('input[type="password"]')).toBeVisible()
  return page.screenshot()
}

async function picturesShown(page: Page): Promise<void> {
  const areLoaded = () => [...document.images].every((image) => image.complete && image.naturalWidth > 0)
  await expect.poll(() => page.evaluate(areLoaded)).toBe(true)
}

function leave(team: Record<string, Teammate>): void {
  for (const person of Object.values(team)) person.leave()
}
