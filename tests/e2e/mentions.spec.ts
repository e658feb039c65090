// Words that mention many: offered to whom they are allowed, and lit for whom they mean.

import { expect, Person, test } from './people.js'

test.use({ settings: { MARU_LIMITS_GROUP_MENTIONS_BY_MEMBERS: '2' } })

const options = ({ page }: Person) => page.getByRole('option')

test('who may mention everybody is offered it, in Korean too, and others are told why not', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const link = await mina.invite()
  const joon = await Person.in(browser, maru, 'Joon')
  await joon.accept(link)
  const sora = await Person.in(browser, maru, 'Sora', { locale: 'ko-KR' })
  await sora.page.goto(link)
  await sora.page.getByLabel('이름', { exact: true }).fill('Sora')
  await sora.page.getByLabel('아이디').fill('sora')
  await sora.page.getByLabel('비밀번호', { exact: true }).fill('wooden floor, open sky')
  await sora.page.getByRole('button', { name: '참여하기' }).click()
  await expect(sora.room('General')).toBeVisible()
  await mina.open('General')
  await joon.open('General')

  // Mina administers the server. People come first.
  await mina.composer.pressSequentially('@')
  await expect(options(mina)).toHaveText([/Joon|Sora/, /Joon|Sora/, /@here.*online/, /@room.*Every member/])
  await mina.composer.pressSequentially('모')
  await expect(options(mina)).toHaveText([/@room/])
  await mina.composer.press('Enter')
  await expect(mina.composer).toHaveValue('@room ')
  await mina.composer.pressSequentially('cake, and not mail@room.org')
  await mina.composer.press('Enter')
  await expect(joon.message('cake').locator('.mention.me')).toHaveText(['@room'])
  await expect(joon.message('cake')).toHaveClass(/mentioned/)
  await expect(mina.message('cake').locator('.mention')).toHaveText(['@room'])
  await expect(mina.message('cake')).not.toHaveClass(/mentioned/)

  // Joon may not: he is told why, and what he writes all the same is refused.
  await joon.composer.pressSequentially('@room')
  await expect(options(joon)).toHaveText([/Only the owner can use this in a room with more than 2 members/])
  await expect(options(joon)).toHaveAttribute('aria-disabled', 'true')
  await joon.composer.press('Escape')
  await joon.composer.press('Enter')
  await expect(joon.page.getByText('Not sent')).toBeVisible()

  await sora.page.getByRole('navigation').getByRole('link', { name: 'General' }).click()
  await sora.page.getByRole('textbox', { name: '메시지' }).pressSequentially('@여')
  await expect(options(sora)).toHaveText([/@here.*방장만 쓸 수 있어요/])
  await expect(sora.message('cake').locator('.mention.me')).toHaveText('@room')
})
