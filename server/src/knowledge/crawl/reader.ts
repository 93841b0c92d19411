// Reads what a crawl has fetched, in a process without rights: pages for their links and text, sitemaps for their addresses. Patterns of
// authors are matched there too.
import type { Core } from '../../calls/core.ts'
import { IsolationFault, openSeries } from '../../isolation/isolation.ts'
import {
  ConversionFault,
  type Converted,
  type Outcome,
  awaitOutcome,
  isolationLimits,
  optionsOf,
} from '../ingest/convert.ts'
import { measureState } from '../metrics.ts'
import type { Reason } from '../rules/tries.ts'
import { knowledgeSettings } from '../settings.ts'
import type { ReadTask } from './isolated/read.ts'
import { type ScopeRules, createScope } from './rules/scope.ts'
import type { Sitemap } from './rules/sitemap.ts'

export interface ReadPage {
  /** Absolute, in the order of the document. */
  links: string[]
  canonical: string | null
  noindex: boolean
  nofollow: boolean
  /** Null: there is a fault. */
  converted: Converted | null
  /** Why it has no text that could be stored. Its links count all the same. */
  fault: Reason | null
}

/** Of one run of a crawl: its pages, which are of one owner and one site, can share a process. */
export interface PageReader extends AsyncDisposable {
  readPage(page: { url: string; body: Buffer; charset: string | null }, signal: AbortSignal): Promise<ReadPage>
  /** At most `most` addresses of each kind. Null: it is no sitemap, or one that cannot be read within bounds. */
  readSitemap(sitemap: { url: string; body: Buffer; most: number }, signal: AbortSignal): Promise<Sitemap | null>
  /** Why the options leave out each address, in order; null: they do not. Fewer than asked: the patterns take too much time or memory. */
  judge(rules: ScopeRules, urls: readonly string[], signal: AbortSignal): Promise<(string | null)[]>
}

export type OpenReader = () => PageReader

const module = new URL('./isolated/read.ts', import.meta.url)

export function createPageReader(core: Pick<Core, 'config' | 'metrics' | 'ports'>): OpenReader {
  const limits = core.config.of(knowledgeSettings)
  const conversion = {
    seconds: limits.conversion_seconds,
    memory_bytes: limits.conversion_memory_bytes,
    pages: limits.pages,
    text_bytes: limits.text_bytes,
    unpacked_bytes: limits.unpacked_bytes,
  }
  return () => {
    const series = openSeries(module, isolationLimits(conversion))
    const read = <T>(bytes: Buffer, options: ReadTask, signal: AbortSignal) => series.run<T>({ bytes, options }, signal)
    return {
      async readPage({ url, body, charset }, signal) {
        const page = optionsOf({ name: url, url, charset }, conversion)
        try {
          const measured = { core, state: 'converting_to_markdown', signal } as const
          const convert = () => awaitOutcome(read<Outcome>(body, { page }, signal))
          const converted = await measureState(measured, convert)
          return { ...(converted.page ?? no_facts), converted, fault: null }
        } catch (error) {
          if (!(error instanceof ConversionFault)) throw error
          const { code, message, page: facts } = error
          return { ...(facts ?? no_facts), converted: null, fault: { code, message } }
        }
      },
      async readSitemap({ url, body, most }, signal) {
        try {
          return await read<Sitemap | null>(body, { sitemap: { url, most } }, signal)
        } catch (error) {
          if (error instanceof IsolationFault) return null
          throw error
        }
      },
      async judge({ start_url, options }, urls, signal) {
        const { include_paths, exclude_paths, max_depth } = options
        const rules = { start_url, options: { include_paths, exclude_paths, max_depth } }
        if (include_paths.length + exclude_paths.length === 0) return urls.map(createScope(rules))
        try {
          return await read<(string | null)[]>(Buffer.from(urls.join('\n')), { scope: rules }, signal)
        } catch (error) {
          if (error instanceof IsolationFault) return []
          throw error
        }
      },
      [Symbol.asyncDispose]: () => series[Symbol.asyncDispose](),
    }
  }
}

/** Of a file that is no HTML. */
const no_facts = { links: [], canonical: null, noindex: false, nofollow: false }
