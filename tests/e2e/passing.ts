// What passes before anybody could look: a message that glows for two seconds, a sound, a notification of the system.

import { expect, type Page } from '@playwright/test'

interface Passing {
  glowed: string[]
  alerts: ('sound' | 'notification')[]
}

/** Notes it on a page from now on. Each document that it loads begins anew. */
export async function notePassing(page: Page): Promise<void> {
  await page.addInitScript(note)
  await page.evaluate(note)
}

/** A message has glowed, as one does that somebody is led to. */
export async function expectGlowed(page: Page, text: string): Promise<void> {
  const glowed = async () => (await passedOn(page)).glowed
  await expect.poll(glowed).toContainEqual(expect.stringContaining(text))
}

/** What has happened on the document of a page. */
export function passedOn(page: Page): Promise<Passing> {
  return page.evaluate(() => (window as unknown as { passing: Passing }).passing)
}

/** Runs in the page. */
function note(): void {
  // A page without an address has nothing of what is noted.
  if ('passing' in window || !isSecureContext) return
  const passing: Passing = { glowed: [], alerts: [] }
  Object.assign(window, { passing })
  const look = (element: Element) => {
    if (element.classList.contains('glowing')) passing.glowed.push(element.textContent)
  }
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes, oldValue } of changes) {
      if (type === 'attributes' && !oldValue?.includes('glowing')) look(target as Element)
      for (const node of addedNodes) {
        if (node instanceof Element) [node, ...node.querySelectorAll('.glowing')].forEach(look)
      }
    }
  }).observe(document, { subtree: true, childList: true, attributeFilter: ['class'], attributeOldValue: true })

  const { createOscillator } = AudioContext.prototype
  AudioContext.prototype.createOscillator = function () {
    passing.alerts.push('sound')
    return createOscillator.call(this)
  }
  window.Notification = class extends Notification {
    constructor(title: string, options?: NotificationOptions) {
      super(title, options)
      passing.alerts.push('notification')
    }
  }
  const { showNotification } = ServiceWorkerRegistration.prototype
  ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
    passing.alerts.push('notification')
    return showNotification.call(this, title, options)
  }
}
