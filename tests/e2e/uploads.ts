// How files get into a composer, what stands there before it is sent, and a way to keep it from arriving.

import { writeFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import { expect, type Person, test } from './people.js'
import type { Sample } from './samples.js'

/** What is attached. */
export const chips = ({ page }: Person): Locator => page.getByRole('list', { name: 'Attached files' }).getByRole('listitem')

/** Uploads do not get through, though everything else does; or the server refuses them with a status. */
export async function block(page: Page, status?: number): Promise<() => Promise<void>> {
  const paths = /\/api\/v1\/files(\/[^/]+)?$/
  const json = { success: false, error: { code: 'internal', message: 'something broke' } }
  await page.route(paths, (route) => (status ? route.fulfill({ status, json }) : route.abort()))
  return () => page.unroute(paths)
}

/** Attaches files as people do. */
export async function pick(person: Person, ...samples: Sample[]): Promise<void> {
  const chooser = person.page.waitForEvent('filechooser')
  await person.page.getByRole('button', { name: 'Attach files' }).first().click()
  // From the disk, as people do: large ones would take long through the browser's connection.
  await (await chooser).setFiles(await Promise.all(samples.map(onDisk)))
}

export async function onDisk({ name, buffer }: Sample): Promise<string> {
  const path = test.info().outputPath(name)
  await writeFile(path, buffer)
  return path
}

/** Whether an image has come and is shown. */
export async function isPainted(image: Locator): Promise<void> {
  await expect.poll(() => image.evaluate((element: HTMLImageElement) => element.complete && element.naturalWidth > 0)).toBe(true)
}
