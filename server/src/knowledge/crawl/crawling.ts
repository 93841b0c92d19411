// What a run of a crawl carries along.
import type { Core } from '../../calls/core.ts'
import type { RootStore } from '../../database/store.ts'
import type { WorkPort } from '../../work/port.ts'
import type { CrawlRow } from './crawl-rows.ts'
import type { PageReader } from './reader.ts'
import { type Scope, createScope } from './rules/options.ts'
import { type Robots, readRobots } from './rules/robots.ts'
import type { CrawlLimits } from './settings.ts'

export interface Crawling {
  core: Core
  reader: PageReader
  store: RootStore
  port: WorkPort
  limits: CrawlLimits
  /** As it was when this step began. */
  crawl: CrawlRow
  robots: Robots
  scope: Scope
}

/** The crawl is over, or a source that it is about is gone: nothing of the step is kept. */
export class CrawlOver extends Error {}

export function robotsUrlOf(start_url: string): string {
  return new URL('/robots.txt', start_url).href
}

export type Describe = (crawl: CrawlRow) => Pick<Crawling, 'robots' | 'scope'>

/** For one run: rules and patterns are read again only where they are others than before. */
export function createDescriber(): Describe {
  let last: { start_url: string; text: string; site: ReturnType<Describe> } | null = null
  return ({ start_url, options, robots }) => {
    const text = robots ?? ''
    if (last === null || last.start_url !== start_url || last.text !== text) {
      const site = { robots: readRobots(robotsUrlOf(start_url), text), scope: createScope(start_url, options) }
      last = { start_url, text, site }
    }
    return last.site
  }
}
