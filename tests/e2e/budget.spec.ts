// What a phone has to load before it shows the first message.

import { gzipSync } from 'node:zlib'
import { expect, Person, test } from './people.js'

const MOST_BYTES = 120_000

/** In the page: notes which scripts had been asked for in the frame in which a message stands there. */
function noteScripts(): void {
  const look = () => {
    if (!document.querySelector('[role=log] article')) return void requestAnimationFrame(look)
    const scripts = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))
    document.documentElement.dataset.scripts = scripts.map(({ name }) => name).join(' ')
  }
  look()
}

test('at most 120 KB of gzipped JavaScript come before the first message', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', { serviceWorkers: 'block' })
  await mina.setUp(maru)
  await mina.open('General')
  await mina.send('the first message')
  // Korean texts are the larger ones.
  await mina.page.evaluate(() => localStorage.setItem('maru:preferences', '{"language":"ko"}'))
  await mina.page.addInitScript(noteScripts)
  await mina.page.reload()
  await expect(mina.page.locator('html')).toHaveAttribute('data-scripts', /app-.*\.js/)
  const scripts = ((await mina.page.locator('html').getAttribute('data-scripts')) ?? '').split(' ')
  const sizes = await Promise.all(
    scripts.map(async (url) => {
      const body = await (await mina.page.request.get(url)).body()
      return { url, size: gzipSync(body, { level: 9 }).length }
    }),
  )
  const total = sizes.reduce((sum, { size }) => sum + size, 0)
  console.log(`${total} bytes of gzipped JavaScript before the first message`)
  expect(total, sizes.map(({ url, size }) => `${size} ${url}`).join('\n')).toBeLessThanOrEqual(MOST_BYTES)
})
