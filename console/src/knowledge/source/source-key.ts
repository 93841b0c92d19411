// A source as its page reads it, and under which key it is kept.
import type { Output } from '@parley/sdk'

export type SourceDetail = Output<'getSource'>

export const sourceKey = (source_id: string) => ['source', source_id] as const
