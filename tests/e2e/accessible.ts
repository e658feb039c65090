import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Nothing that keeps somebody out: axe's serious and critical findings, once what comes and goes has come or gone. */
export async function expectAccessible(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(passingAnimations)).toBe(0)
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([])
}

/** In the page: how many animations run that will end. What is half transparent has other colours. */
function passingAnimations(): number {
  const running = document.getAnimations().filter(({ playState }) => playState === 'running')
  return running.filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity).length
}
