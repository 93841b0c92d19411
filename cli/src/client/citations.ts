// What the numbers in a reply refer to, one line for each. Pure.
import type { TranscriptItem } from '@parley/sdk'

type Citation = NonNullable<TranscriptItem['citations']>[number]

export function describeCitations(citations: readonly Citation[] = []): string[] {
  return citations.map(({ number, source_name, page, url }) =>
    [`[${number}] ${source_name}`, ...(page == null ? [] : [`page ${page}`]), ...(url === null ? [] : [url])].join(
      ', ',
    ),
  )
}
