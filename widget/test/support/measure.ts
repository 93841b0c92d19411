// What the loader costs a page, measured in a real browser: time of its main thread, shift of its layout, requests.
import type { Browser } from 'playwright-core'
import { openSite } from './pages.ts'

export interface LoaderCost {
  /** Of the loader's code. */
  main_thread_ms: number
  layout_shift: number
  /** To the server of the widget. */
  requests: number
}

interface TraceEvent {
  name: string
  ts: number
  tid: number
  pid: number
  dur?: number
  tdur?: number
  args?: { data?: { url?: string } }
}

export interface Measured {
  /** A page with the snippet of a widget, and one of the same site without. */
  url: string
  before: string
  /** Of the widget. */
  server_url: string
  /** How much slower than this machine the browser is made; then the clock counts, for which the machine must be quiet. Else processor time does. */
  slowdown?: number
}

/** As at a visitor's second page: the browser has a process for the site. */
export async function measureLoader(
  browser: Browser,
  { url, before, server_url, slowdown = 1 }: Measured,
): Promise<LoaderCost> {
  await using site = await openSite(browser, before, { isOpen: false })
  const { page, requests } = site
  if (slowdown > 1) {
    const session = await page.context().newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  }
  await browser.startTracing(page, { categories: ['devtools.timeline'] })
  await page.goto(url)
  await page.waitForFunction('window.Parley?.open')
  const layout_shift = Number(
    await page.evaluate(`new Promise((resolve) => {
      let shift = 0
      new PerformanceObserver((list) => { for (const { value } of list.getEntries()) shift += value })
        .observe({ type: 'layout-shift', buffered: true })
      requestAnimationFrame(() => requestIdleCallback(() => setTimeout(() => resolve(shift), 100)))
    })`),
  )
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const own = requests.filter((request) => request.startsWith(`${server_url}/`))
  const events = trace.traceEvents.filter((event) => isOf(event, own[0]!))
  const spent_us = sumOuter(events, ({ dur, tdur }) => (slowdown > 1 ? dur : tdur))
  return { main_thread_ms: spent_us / 1000, layout_shift, requests: own.length }
}

function isOf({ name, args }: TraceEvent, loader: string): boolean {
  return ['EvaluateScript', 'v8.compile', 'FunctionCall'].includes(name) && args?.data?.url === loader
}

/** What lies within another event is counted with that. */
function sumOuter(events: TraceEvent[], timeOf: (event: TraceEvent) => number | undefined): number {
  let end = 0
  let sum = 0
  for (const event of events.toSorted((a, b) => a.ts - b.ts)) {
    if (event.ts < end) continue
    end = event.ts + (event.dur ?? 0)
    sum += timeOf(event) ?? 0
  }
  return sum
}
