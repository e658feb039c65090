// What Chromium's trace tells of a page's main thread.

import type { Browser, Page } from '@playwright/test'

interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  /** In microseconds. */
  dur?: number
  args?: { name?: string }
}

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel']

/** The lengths of the main thread's tasks while `work` goes on, in milliseconds, longest first. */
export async function traceTasks(browser: Browser, page: Page, work: () => Promise<void>): Promise<number[]> {
  await browser.startTracing(page, { categories: CATEGORIES })
  await work()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const mains = new Set(
    traceEvents
      .filter((event) => event.name === 'thread_name' && event.args?.name === 'CrRendererMain')
      .map((event) => `${event.pid} ${event.tid}`),
  )
  // Chromium keeps a spare renderer: the one that worked is ours.
  const tasks = new Map<string, number[]>()
  for (const { name, ph, pid, tid, dur } of traceEvents) {
    const thread = `${pid} ${tid}`
    if (name !== 'RunTask' || ph !== 'X' || dur === undefined || !mains.has(thread)) continue
    tasks.set(thread, [...(tasks.get(thread) ?? []), dur / 1000])
  }
  const sum = (all: number[]) => all.reduce((total, one) => total + one, 0)
  const ours = [...tasks.values()].sort((a, b) => sum(b) - sum(a))[0]
  if (!ours) throw new Error('the trace holds no task of a page')
  return ours.sort((a, b) => b - a)
}
