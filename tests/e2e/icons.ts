// The icons of the installed app, drawn from the favicon: `scripts/icons`.

import { readFile, writeFile } from 'node:fs/promises'
import { test } from '@playwright/test'

const FOLDER = new URL('../../web/public/', import.meta.url)
/** `inset`: how much of each side is left free, because the system cuts it off. */
const ICONS = [
  { name: 'icon-192.png', size: 192, inset: 0, corners: true },
  { name: 'icon-512.png', size: 512, inset: 0, corners: true },
  { name: 'icon-maskable-512.png', size: 512, inset: 0.14, corners: false },
  { name: 'apple-touch-icon.png', size: 180, inset: 0.08, corners: false },
]

for (const { name, size, inset, corners } of ICONS) {
  test(name, async ({ page }) => {
    const mark = await readFile(new URL('favicon.svg', FOLDER), 'utf8')
    const ground = /fill="(#\w+)"/.exec(mark)?.[1] ?? ''
    await page.setViewportSize({ width: size, height: size })
    const edge = Math.round(size * inset)
    await page.setContent(
      `<body style="margin:0;background:${corners ? 'transparent' : ground}">
        <div style="position:fixed;inset:${edge}px">${mark}</div></body>`,
    )
    await writeFile(new URL(name, FOLDER), await page.screenshot({ omitBackground: true }))
  })
}
