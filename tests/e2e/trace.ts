// What Chromium's trace tells of a page's main thread.

import type { Browser, Page } from '@playwright/test'

interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  /** In microseconds: until its end, and what the thread worked meanwhile. */
  dur?: number
  tdur?: number
  args?: { name?: string }
}

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel']

/** How long one task of the main thread took, in milliseconds. */
export interface Task {
  wall: number
  /** Without the time in which other processes had the processor. */
  cpu: number
}

/** The main thread's tasks while `work` goes on, longest first. */
export async function traceTasks(browser: Browser, page: Page, work: () => Promise<void>): Promise<Task[]> {
  await browser.startTracing(page, { categories: CATEGORIES })
  await work()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const mains = new Set(
    traceEvents
      .filter((event) => event.name === 'thread_name' && event.args?.name === 'CrRendererMain')
      .map((event) => `${event.pid} ${event.tid}`),
  )
  // Chromium keeps a spare renderer: the one that worked is ours.
  const tasks = new Map<string, Task[]>()
  for (const { name, ph, pid, tid, dur, tdur = dur } of traceEvents) {
    const thread = `${pid} ${tid}`
    if (name !== 'RunTask' || ph !== 'X' || dur === undefined || tdur === undefined || !mains.has(thread)) continue
    tasks.set(thread, [...(tasks.get(thread) ?? []), { wall: dur / 1000, cpu: tdur / 1000 }])
  }
  const sum = (all: Task[]) => all.reduce((total, { wall }) => total + wall, 0)
  const ours = [...tasks.values()].sort((a, b) => sum(b) - sum(a))[0]
  if (!ours) throw new Error('the trace holds no task of a page')
  return ours.sort((a, b) => b.cpu - a.cpu)
}
