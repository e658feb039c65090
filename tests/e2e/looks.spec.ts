import { expectAccessible } from './accessible.js'
import { expect, PASSWORD, Person, press, test } from './people.js'

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every main screen is accessible in ${colorScheme}`, async ({ browser, maru }) => {
    const mina = await Person.in(browser, maru, 'Mina', { colorScheme })
    await mina.page.goto(`/setup#${maru.setupToken}`)
    await expect(mina.page.getByRole('button', { name: 'Create account and start' })).toBeVisible()
    await expectAccessible(mina.page)
    await mina.setUp(maru)
    await mina.open('General')
    await mina.send('Hello team, see https://example.com')
    await expectAccessible(mina.page)
    await mina.page.getByTitle('Show members').click()
    await expect(mina.page.getByRole('complementary', { name: 'Members' })).toBeVisible()
    await expectAccessible(mina.page)
  })

  test(`messages, completion and cards are accessible in ${colorScheme}`, async ({ browser, maru }) => {
    const mina = await Person.in(browser, maru, 'Mina', { colorScheme })
    await mina.setUp(maru)
    await mina.open('General')
    await mina.send('@mina\n\n- [x] done\n\n|a|b|\n|-|-|\n|1|2|\n\n> quoted\n\n```ts\nconst a: string = "1" // why\n```', 'quoted')
    await expect(mina.message('quoted').locator('.hljs-comment')).toBeVisible()
    await press(mina.message('quoted'), /^React with/)
    await mina.page.getByRole('button', { name: 'Reply', exact: true }).click()
    await mina.send('an answer')
    await mina.composer.pressSequentially(':sm')
    await expect(mina.page.getByRole('option').first()).toBeVisible()
    await expectAccessible(mina.page)
    await mina.composer.fill('')
    await mina.message('an answer').getByRole('button', { name: 'Mina' }).click()
    await expect(mina.page.getByRole('dialog', { name: 'Mina' })).toBeVisible()
    await expectAccessible(mina.page)
  })
}

for (const [colorScheme, accent] of [
  ['light', 'amber'],
  ['dark', 'rose'],
] as const) {
  test(`every dialog is accessible in ${colorScheme}, with another accent`, async ({ browser, maru }) => {
    test.slow()
    const mina = await Person.in(browser, maru, 'Mina', { colorScheme, reducedMotion: 'reduce' })
    const { page } = mina
    await page.addInitScript((name) => {
      localStorage.setItem('maru:preferences', JSON.stringify({ accent: name }))
    }, accent)
    await mina.setUp(maru)
    await mina.open('General')
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('option').or(page.getByRole('status').filter({ hasText: 'There are no' })).first()).toBeVisible()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByTitle('Show members').click()
    await page.getByRole('complementary').getByRole('button', { name: /Mina/ }).click()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Options for General' }).focus()
    await page.keyboard.press('Enter')
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('menuitem', { name: 'Set a status' }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Invite people to Maru' }).click()
    await page.getByRole('button', { name: 'Create link' }).click()
    await page.getByRole('button', { name: 'Show QR code' }).click()
    await expect(page.getByRole('img', { name: 'QR code of the invite link' })).toBeVisible()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('menuitem', { name: 'Settings' }).click()
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click()
      await expectAccessible(page)
    }
  })
}

test('Korean readers are spoken to in Korean', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, '미나', { locale: 'ko-KR' })
  await mina.page.goto(`/setup#${maru.setupToken}`)
  await expect(mina.page.locator('html')).toHaveAttribute('lang', 'ko')
  await expect(mina.page.getByRole('button', { name: 'Create account and start' })).toHaveCount(0)
  await expect(mina.page.getByRole('heading', { level: 1 })).toContainText(/[가-힣]/)
  // What is made for them is called as they speak.
  await mina.page.getByLabel('이름', { exact: true }).fill('미나')
  await mina.page.getByLabel('아이디').fill('mina')
  await mina.page.getByLabel('비밀번호', { exact: true }).fill(PASSWORD)
  await mina.page.getByRole('button', { name: '계정 만들고 시작하기' }).click()
  await expect(mina.room('일반')).toBeVisible()
})

test('on a phone rooms and messages take turns', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
  await mina.setUp(maru)
  await mina.open('General')
  await expect(mina.room('General')).toBeHidden()
  await mina.send('from the phone')
  await mina.back()
  await expect(mina.room('General')).toBeVisible()
  const overflow = await mina.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
  expect(overflow).toBe(false)
})
