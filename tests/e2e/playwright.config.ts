import { defineConfig } from '@playwright/test'

/** A zone in which it is about noon: no test that speaks of today or tomorrow is under way as the day ends. */
function midday(): string {
  const behind = new Date().getUTCHours() - 12
  return `Etc/GMT${behind < 0 ? behind : `+${behind}`}`
}

// Debian's Chromium: nothing is downloaded. As root it runs only without its sandbox.
export default defineConfig({
  testDir: '.',
  workers: 2,
  timeout: 180_000,
  // A shared machine may stop for seconds: what fails is tried once more, and scripts/test names it if it passes then.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  expect: { timeout: 30_000 },
  use: {
    locale: 'en-US',
    timezoneId: midday(),
    colorScheme: 'light',
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
    actionTimeout: 30_000,
    trace: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-dev-shm-usage',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
