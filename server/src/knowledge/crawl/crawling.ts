// What a run of a crawl carries along.
import type { Core } from '../../calls/core.ts'
import type { RootStore } from '../../database/store.ts'
import type { OutboundClient } from '../../outbound/client.ts'
import type { WorkPort } from '../../work/port.ts'
import type { CrawlRow } from './crawl-rows.ts'
import type { PageReader } from './reader.ts'
import { type Robots, readRobots } from './rules/robots.ts'
import type { CrawlLimits } from './settings.ts'

export interface Crawling {
  core: Core
  outbound: OutboundClient
  reader: PageReader
  store: RootStore
  port: WorkPort
  limits: CrawlLimits
  /** As it was when this step began. */
  crawl: CrawlRow
  robots: Robots
}

/** The crawl is over, or a source that it is about is gone: nothing of the step is kept. */
export class CrawlOver extends Error {}

export function robotsUrlOf(start_url: string): string {
  return new URL('/robots.txt', start_url).href
}

export type ReadRules = (crawl: CrawlRow) => Robots

/** For one run: rules are read again only where they are others than before. */
export function createRulesReader(): ReadRules {
  let last: { start_url: string; text: string; rules: Robots } | null = null
  return ({ start_url, robots }) => {
    const text = robots ?? ''
    if (last === null || last.start_url !== start_url || last.text !== text) {
      last = { start_url, text, rules: readRobots(robotsUrlOf(start_url), text) }
    }
    return last.rules
  }
}
