// The pictures of the documentation, made from the real program: `scripts/screenshots`.

import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions } from '@playwright/test'
import type { Maru } from './maru.js'
import { expect, Person, test } from './people.js'

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 }
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 780 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
}

test('a team at work', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', { ...DESKTOP, colorScheme: 'light' })
  await mina.setUp(maru)
  const joon = await Person.in(browser, maru, 'Joon', DESKTOP)
  const link = await mina.invite()
  await joon.accept(link)
  const sora = await Person.in(browser, maru, 'Sora', DESKTOP)
  await sora.accept(link)
  for (const name of ['design', 'releases', 'lunch']) await mina.createRoom(name)
  for (const person of [joon, sora]) {
    for (const name of ['design', 'releases', 'lunch']) {
      await person.page.getByRole('button', { name: 'Browse rooms' }).click()
      await person.page.getByRole('listitem').filter({ hasText: name }).getByRole('button', { name: 'Join', exact: true }).click()
      await expect(person.room(name)).toBeVisible()
    }
  }
  await mina.open('design')
  await joon.open('design')
  await sora.open('design')
  await mina.send('The new sign-up page is ready for a look.')
  await mina.send('It now asks for three things only: **name**, username, password.', 'It now asks')
  await joon.send('Lovely. Two notes:\n\n1. the button could say what happens next\n2. `autocomplete="new-password"` is missing', 'Two notes')
  await sora.send('한국어 문구도 확인했어요. “계정 만들고 시작하기” 좋네요 👏')
  await mina.send('Thank you both! Fixed, and live in ten minutes.')
  await joon.message('Fixed, and live').hover()
  await joon.page.getByRole('button', { name: 'React', exact: true }).click()
  await joon.page.getByRole('menuitem').first().click()
  await sora.open('lunch')
  await sora.send('@mina 점심 뭐 먹을까요?')
  await sora.send('지난주 점심메뉴 투표 결과: 국수 5표, 김밥 3표')
  await sora.composer.pressSequentially('…')
  await joon.open('lunch')
  await joon.send('국수!')
  await joon.open('design')
  await joon.composer.pressSequentially('And')
  await expect(mina.page.getByText('Joon is typing…')).toBeVisible()
  await mina.page.getByTitle('Show members').click()
  await expect(mina.page.getByRole('complementary', { name: 'Members' }).getByText('@sora')).toBeVisible()
  await mina.page.mouse.move(640, 2)
  await mina.page.screenshot({ path: `${FOLDER}room-light.png` })

  await searchInKorean(browser, maru, mina)

  const phone = await Person.in(browser, maru, 'Sora', { ...PHONE, colorScheme: 'dark', locale: 'ko-KR', storageState: await sora.page.context().storageState() })
  await phone.page.goto('/')
  await expect(phone.room('design')).toBeVisible()
  await phone.page.screenshot({ path: `${FOLDER}phone-rooms-ko.png` })
  await phone.room('design').click()
  await expect(phone.message('Fixed, and live')).toBeVisible()
  await phone.page.screenshot({ path: `${FOLDER}phone-room-ko.png` })
})

async function searchInKorean(browser: Browser, maru: Maru, mina: Person): Promise<void> {
  const storageState = await mina.page.context().storageState()
  const reader = await Person.in(browser, maru, 'Mina', { ...DESKTOP, colorScheme: 'dark', locale: 'ko-KR', storageState })
  await reader.page.goto(mina.page.url())
  await expect(reader.message('Fixed, and live')).toBeVisible()
  await reader.page.getByRole('button', { name: '메시지 검색' }).click()
  const panel = reader.page.getByRole('search')
  await panel.getByRole('combobox').fill('점심')
  await expect(panel.getByRole('option').first()).toBeVisible()
  await expect(panel.locator('mark').first()).toBeVisible()
  await reader.page.screenshot({ path: `${FOLDER}search-dark-ko.png` })
}
