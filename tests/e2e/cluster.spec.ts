// What people see of several servers: nothing, unless those do not hear each other.

import { expectAccessible } from './accessible.js'
import { Maru } from './maru.js'
import { expect, Person, PHONE, placeOf, test as base } from './people.js'
import { Redis } from './redis.js'

const NOTICE = /^Who is typing or online may not show right now/

const test = base.extend<{ redis: Redis; second: Maru }>({
  redis: async ({ browserName: _ }, use) => {
    const redis = await Redis.start()
    await use(redis)
    await redis.stop()
  },
  settings: async ({ redis }, use) => use({ MARU_REDIS: redis.url }),
  second: async ({ maru }, use) => {
    const second = await maru.beside()
    await use(second)
    await second.stop()
  },
})

const noticeOf = ({ page }: Person) => page.getByRole('status').filter({ hasText: NOTICE })

test('people on both servers are told while these do not hear each other, and no longer when they do', async ({
  browser,
  maru,
  second,
  redis,
}) => {
  const mina = await Person.in(browser, maru, 'Mina')
  await mina.setUp(maru)
  const joon = await Person.in(browser, second, 'Joon')
  await joon.accept((await mina.invite()).replace(maru.url, second.url))
  await mina.open('General')
  await joon.open('General')
  await mina.send('before')
  await expect(joon.message('before')).toBeVisible()
  for (const person of [mina, joon]) await expect(noticeOf(person)).toHaveCount(0)
  const place = await placeOf(joon.message('before'))

  await redis.stop()
  for (const person of [mina, joon]) await expect(noticeOf(person)).toBeVisible()
  // It moves nothing, and says the truth: messages arrive all the same.
  expect(await placeOf(joon.message('before'))).toEqual(place)
  await expectAccessible(joon.page)
  await mina.send('meanwhile')
  await expect(joon.message('meanwhile')).toBeVisible()

  await redis.run()
  for (const person of [mina, joon]) await expect(noticeOf(person)).toHaveCount(0)
  await joon.send('afterwards')
  await expect(mina.message('afterwards')).toBeVisible()
})

test('who has read the notice on a phone has it no more until it is news again', async ({ browser, maru, redis }) => {
  const mina = await Person.in(browser, maru, 'Mina', PHONE)
  await mina.setUp(maru)
  await redis.stop()
  const notice = noticeOf(mina)
  await expect(notice).toBeVisible()
  const { x, y, width, height } = await placeOf(notice.locator('p'))
  expect(x).toBeGreaterThanOrEqual(0)
  expect(x + width).toBeLessThanOrEqual(PHONE.viewport.width)
  expect(y + height).toBeLessThanOrEqual(PHONE.viewport.height)
  await mina.page.getByRole('button', { name: 'Got it' }).tap()
  await expect(notice).toHaveCount(0)
  await mina.open('General')
  await mina.send('all the same')
  await expect(notice).toHaveCount(0)

  // A page that has not noted it shows when the news is over.
  const other = await mina.anotherTab()
  await expect(noticeOf(other)).toBeVisible()
  await redis.run()
  await expect(noticeOf(other)).toHaveCount(0)
  await redis.stop()
  await expect(noticeOf(other)).toBeVisible()
  await expect(notice).toBeVisible()
})
