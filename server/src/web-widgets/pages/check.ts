// Looks whether a page has the snippet of a widget, and lets it work.
import type { Output } from '@parley/contract'
import type { Clock } from '../../base/ports.ts'
import type { OutboundClient } from '../../outbound/client.ts'
import { allowsWidget } from '../rules/csp.ts'
import { isOriginListed } from '../rules/domains.ts'
import type { ReadPage } from './isolated.ts'
import { type Fetched, fetchAddress, isHtml, openSiteReader, within } from './read.ts'

const together_ms = 10_000
const max_bytes = 1_048_576

export interface CheckedPage {
  outbound: OutboundClient
  clock: Pick<Clock, 'after'>
  owner: string
  url: URL
  widget_id: string
  domains: readonly string[]
  /** Where this server has the loader. */
  script: URL
}

type Checked = Output<'checkWebWidget'>

export async function checkPage({ outbound, clock, owner, url, ...widget }: CheckedPage): Promise<Checked> {
  await using reader = openSiteReader()
  const found = await within(clock, together_ms, async (signal) => {
    const fetching = { outbound, owner, timeout_ms: together_ms, signal }
    const fetched = await fetchAddress(fetching, url.href, max_bytes, 'text/html')
    const page = fetched && isHtml(fetched) ? await reader.readPage(fetched, signal) : null
    return fetched && page && judgePage(fetched, page, widget)
  })
  const origin_listed = isOriginListed(widget.domains, url.origin)
  return found ?? { reachable: false, snippet_found: null, origin_listed, csp_allows: null }
}

/** Of a page that was read. */
export function judgePage(
  { url, headers }: Pick<Fetched, 'url' | 'headers'>,
  { scripts, policies }: ReadPage,
  { widget_id, domains, script }: Pick<CheckedPage, 'widget_id' | 'domains' | 'script'>,
): Checked {
  const snippet = scripts.find(({ src }) => idOf(new URL(src))?.toLowerCase() === widget_id)
  const header = headers.get('content-security-policy')
  const loader = snippet ? new URL(snippet.src) : script
  const all = header === null ? policies : [header, ...policies]
  return {
    reachable: true,
    snippet_found: snippet !== undefined,
    origin_listed: isOriginListed(domains, url.origin),
    csp_allows: allowsWidget(all, { page: url, script: loader, nonce: snippet?.nonce ?? null }),
  }
}

/** That a loader's address names. */
function idOf({ pathname }: URL): string | undefined {
  return /^\/public\/embed\/([^/]+)$/.exec(pathname)?.[1]
}
