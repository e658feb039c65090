import type { CDPSession } from '@playwright/test'
import type { Person } from './people.js'

/** A Korean input method, as Chromium hears of one. */
export class Ime {
  private constructor(private readonly cdp: CDPSession) {}

  static async of({ page }: Person): Promise<Ime> {
    return new Ime(await page.context().newCDPSession(page))
  }

  /** A syllable stands below the cursor and may still change. */
  async compose(text: string): Promise<void> {
    await this.key('Process', 'KeyD', 229)
    await this.cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
  }

  async commit(text: string): Promise<void> {
    await this.cdp.send('Input.insertText', { text })
  }

  /** Enter while a syllable is composed: the browser gives it to the input method, and most say so by this code. */
  async enterWhileComposing(modifiers = 0, code = 229): Promise<void> {
    await this.key('Enter', 'Enter', code, modifiers)
  }

  private async key(key: string, code: string, windowsVirtualKeyCode: number, modifiers = 0): Promise<void> {
    const event = { key, code, windowsVirtualKeyCode, modifiers }
    await this.cdp.send('Input.dispatchKeyEvent', { ...event, type: 'rawKeyDown' })
    await this.cdp.send('Input.dispatchKeyEvent', { ...event, type: 'keyUp' })
  }
}
