// What the loader costs a page, measured in a real browser: time of its main thread, shift of its layout, requests.
import type { Browser } from 'playwright-core'
import { openSite } from './pages.ts'

export interface LoaderCost {
  /** Processor time of the main thread in the loader's code, times the slowdown. */
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

/** A page with the snippet of a widget at `server_url`. Processor time counts, not the clock, so that a busy machine measures the same. */
export async function measureLoader(
  browser: Browser,
  url: string,
  server_url: string,
  slowdown = 4,
): Promise<LoaderCost> {
  await using site = await openSite(browser, 'about:blank', { isOpen: false })
  const { page, requests } = site
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8'] })
  await page.goto(url)
  await page.waitForFunction('window.Parley?.open')
  const layout_shift = Number(
    await page.evaluate(`new Promise((resolve) => {
      let shift = 0
      new PerformanceObserver((list) => { for (const { value } of list.getEntries()) shift += value })
        .observe({ type: 'layout-shift', buffered: true })
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(shift), 100)))
    })`),
  )
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const own = requests.filter((request) => request.startsWith(`${server_url}/`))
  const [loader] = own
  const spent_us = sumOuter(trace.traceEvents.filter((event) => isOf(event, loader!)))
  return { main_thread_ms: (spent_us / 1000) * slowdown, layout_shift, requests: own.length }
}

function isOf({ name, args }: TraceEvent, loader: string): boolean {
  return ['EvaluateScript', 'v8.compile', 'FunctionCall'].includes(name) && args?.data?.url === loader
}

/** What lies within another event is counted with that. */
function sumOuter(events: TraceEvent[]): number {
  let end = 0
  let sum = 0
  for (const { ts, dur = 0, tdur = dur } of events.toSorted((a, b) => a.ts - b.ts)) {
    if (ts < end) continue
    end = ts + dur
    sum += tdur
  }
  return sum
}
