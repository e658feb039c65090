// A room's archive, opened from the disk without a server.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expectAccessible } from './accessible.js'
import { expect, PHONE, test } from './people.js'
import { teamOf } from './team.js'

/** Axe asks for the style sheets by itself, which the archive does not let it. */
const OF_AXE = /^Couldn't load preload assets|^Connecting to 'file:.*\/archive\.css' violates/

const HOSTILE = '"><script>document.title="taken"</script><img src=x onerror="document.title=\'taken\'">'

test('an archive is read and searched from the disk, in Korean and in English, and runs nothing of what was written', async ({
  browser,
  maru,
}) => {
  const team = await teamOf(maru, { mina: 'Mina Kim', joon: '박준' })
  const study = await team.mina.room({ kind: 'public', name: 'Study · 공부', topic: 'Chapter 5 on Wednesday' }, [team.joon])
  const root = await team.mina.say(study, '지난주 **회의록을** 올렸어요. `maru export` 로 내려받을 수 있어요')
  await team.joon.say(study, 'Thank you! I will read it on the train', { threadRoot: root })
  await team.mina.react(root, '👍', '🎉')
  await team.joon.say(study, HOSTILE)
  await team.joon.say(study, '참가비는 12,000원이에요 ㅋㅋ')
  await team.joon.say(study, '- first\n- second\n\n```\nlet café = 1;\n```')
  const file = await team.joon.upload('<b>notes</b>.html', Buffer.from(HOSTILE))
  await team.joon.say(study, 'the notes', { fileIds: [file], replyTo: root })
  for (const member of Object.values(team)) member.leave()
  const folder = await mkdtemp(join(tmpdir(), 'maru-archive-'))
  const archives = { en: join(folder, 'en'), ko: join(folder, 'ko') }
  for (const [language, to] of Object.entries(archives)) {
    await maru.command('export', to, '--room', 'Study · 공부', '--language', language, '--time-zone', 'Asia/Seoul')
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await (await browser.newContext({ ...PHONE, colorScheme })).newPage()
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (line) => OF_AXE.test(line.text()) || complaints.push(line.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(pathToFileURL(join(archives.ko, 'index.html')).href)
    await expect(page.getByRole('heading', { name: 'Study · 공부' })).toBeVisible()
    await expectAccessible(page)
    await page.locator('.days a').first().click()
    await expect(page.getByText('Thank you! I will read it on the train')).toBeVisible()
    await expect(page.getByText('<script>document.title')).toBeVisible()
    await expect(page.getByText('댓글 1개')).toBeVisible()
    await expectAccessible(page)

    const search = async (query: string) => {
      await page.getByRole('searchbox').fill(query)
      await page.getByRole('searchbox').press('Enter')
      await page.waitForURL((url) => url.searchParams.get('q') === query)
      await expect(page.getByRole('status')).toHaveText(/개를 찾았어요|찾은 메시지가 없어요/)
      return page.locator('.hits li')
    }
    for (const [query, found] of [
      ['의록', '지난주'],
      ['회의록 export', '지난주'],
      ['TRAI', 'Thank you'],
      ['cafe', 'café'],
      ['notes html', 'the notes'],
      ['박준 train', 'Thank you'],
      ['12,000원', '참가비'],
      ['ㅋㅋ', '참가비'],
    ] as const) {
      await expect(await search(query)).toHaveCount(1)
      await expect(page.locator('.hits li')).toContainText(found)
    }
    await expect(await search('회록')).toHaveCount(0)
    await expect(await search('constructor')).toHaveCount(0)
    await search('회의록')
    await expectAccessible(page)
    await page.locator('.hits a').first().click()
    await expect(page.locator('.message:target')).toContainText('회의록을')
    await expect(page).not.toHaveTitle('taken')
    expect(asked.filter((url) => !url.startsWith('file://'))).toEqual([])
    expect(complaints).toEqual([])
  }

  const page = await (await browser.newContext()).newPage()
  await page.goto(pathToFileURL(join(archives.en, 'index.html')).href)
  await expect(page.getByText('Public room')).toBeVisible()
  await page.getByRole('searchbox').fill('train')
  await page.getByRole('button', { name: 'Search' }).click()
  await expect(page.getByRole('status')).toHaveText('Found: 1')
  await expectAccessible(page)
  await rm(folder, { recursive: true })
})
