// A start without a network: rooms, messages, drafts and what waits are as they were, and one writes on.

import { expectAccessible } from './accessible.js'
import { keptIn } from './kept.js'
import { expect, Person, PHONE, test, twoPeople } from './people.js'

async function write(person: Person, text: string): Promise<void> {
  await person.composer.fill(text)
  await person.composer.press('Control+Enter')
  await expect(person.message(text)).toHaveCount(1)
}

for (const [size, options] of [
  ['a desktop', {}],
  ['a phone', PHONE],
] as const) {
  test(`on ${size} a reload without a network shows what was there, and sends what is written once`, async ({ browser, maru }) => {
    test.slow()
    const { mina, joon } = await twoPeople(browser, maru)
    const sora = await Person.in(browser, maru, 'Sora', options)
    await sora.accept(await mina.invite())
    const { page } = sora
    await sora.open('General')
    await joon.open('General')
    await joon.send('@mina the plan stands', 'the plan stands')
    await expect(sora.message('the plan stands')).toBeVisible()
    await sora.untilKnown('the plan stands')

    await page.context().setOffline(true)
    maru.network.cut()
    await write(sora, 'first, before the reload')
    await sora.composer.fill('half of a thought')
    await page.reload()
    await expect(sora.message('the plan stands')).toBeVisible()
    await expect(sora.message('the plan stands')).toContainText('@Mina')
    await expect(sora.message('first, before the reload').getByText('Sending…')).toBeAttached()
    await expect(sora.composer).toHaveValue('half of a thought')
    await expect(page.getByText('You are offline.')).toBeVisible()
    await write(sora, 'second, after it')
    await expect(sora.message('second, after it').locator('.text')).toHaveCSS('opacity', '0.75')
    await expectAccessible(page)
    await page.context().setOffline(false)
    maru.network.mend()
    await joon.open('General')
    for (const text of ['first, before the reload', 'second, after it']) {
      await expect(joon.message(text)).toHaveCount(1)
    }
    const said = (await joon.log.getByRole('article').allInnerTexts()).join('\n')
    expect(said.match(/the plan stands|first, before|second, after/g)).toEqual(['the plan stands', 'first, before', 'second, after'])
    await page.goto('/')
    await sora.open('General')
    for (const text of ['first, before the reload', 'second, after it']) await expect(sora.message(text)).toHaveCount(1)
    await expect(page.getByText('Sending…')).toHaveCount(0)
  })
}

test('what happened meanwhile fills the gap, and nothing that stood there goes away', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await joon.send('seen before')
  await expect(mina.message('seen before')).toBeVisible()
  await mina.untilKnown('seen before')
  const { page } = mina
  // Only Mina's network is gone.
  await page.context().setOffline(true)
  await joon.send('said meanwhile')
  await page.reload()
  await expect(mina.message('seen before')).toBeVisible()
  await expect(mina.message('said meanwhile')).toHaveCount(0)
  await mina.message('seen before').evaluate((element) => element.setAttribute('data-same', 'yes'))
  await page.context().setOffline(false)
  await expect(mina.message('said meanwhile')).toBeVisible()
  await expect(mina.message('seen before')).toHaveAttribute('data-same', 'yes')
})

test('a session that was ended meanwhile leaves nothing of what was read', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('for these eyes only')
  await mina.untilKnown('for these eyes only')
  const { page } = mina
  const other = await Person.in(browser, maru, 'Mina')
  await other.logIn()
  await page.context().setOffline(true)
  await page.reload()
  await expect(mina.message('for these eyes only')).toBeVisible()
  await other.page.getByRole('button', { name: 'Your account' }).click()
  await other.page.getByRole('menuitem', { name: 'Settings' }).click()
  await other.page.getByRole('tab', { name: 'Devices' }).click()
  await other.page
    .getByRole('button', { name: /^Log out/ })
    .last()
    .click()
  await page.context().setOffline(false)
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible()
  await expect.poll(() => keptIn(page)).not.toContain('for these eyes only')
  await expect.poll(() => keptIn(page)).not.toContain('General')
})

test('a room that somebody was taken out of is not shown without a network either', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.createRoom('plans', 'Only invited people')
  await mina.composer.fill('/invite @joon')
  await mina.composer.press('Enter')
  await joon.open('plans')
  await mina.send('not for long')
  await expect(joon.message('not for long')).toBeVisible()
  await joon.untilKnown('not for long')
  await mina.page.getByTitle('Show members').click()
  const members = mina.page.getByRole('complementary', { name: 'Members' })
  await members.getByRole('button', { name: /Joon/ }).click()
  await mina.page.getByRole('button', { name: /Remove/ }).click()
  await mina.page
    .getByRole('dialog')
    .getByRole('button', { name: /Remove/ })
    .last()
    .click()
  await expect(joon.room('plans')).toHaveCount(0)
  await expect(joon.page.getByText('Mina took you out of it.')).toBeVisible()
  await expect.poll(() => keptIn(joon.page)).not.toContain('not for long')
  await joon.page.context().setOffline(true)
  await joon.page.goto('/')
  await expect(joon.room('General')).toBeVisible()
  await expect(joon.room('plans')).toHaveCount(0)
})
