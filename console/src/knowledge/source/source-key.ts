// A source as its page reads it, and under which key it is kept.
import type { Source } from '@parley/contract'

/** `datasets`: where it is attached. */
export type SourceDetail = Source & {
  datasets?: readonly { id: string; name: string; dataset_source_id: string }[]
}

export const sourceKey = (source_id: string) => ['source', source_id] as const
