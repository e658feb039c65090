// What stands in a composer before it is sent, and a way to keep it from arriving.

import type { Locator, Page } from '@playwright/test'
import type { Person } from './people.js'

/** What is attached. */
export const chips = ({ page }: Person): Locator => page.getByRole('list', { name: 'Attached files' }).getByRole('listitem')

/** Uploads do not get through, though everything else does; or the server refuses them with a status. */
export async function block(page: Page, status?: number): Promise<() => Promise<void>> {
  const paths = /\/api\/v1\/files(\/[^/]+)?$/
  const json = { success: false, error: { code: 'internal', message: 'something broke' } }
  await page.route(paths, (route) => (status ? route.fulfill({ status, json }) : route.abort()))
  return () => page.unroute(paths)
}
