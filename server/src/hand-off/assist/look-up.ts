// The seam to knowledge bases, whose room comes later.
import type { FencedPassage } from '@parley/contract'
import type { ResolvedConfig } from '../../agents/rules/config.ts'
import type { JsonObject } from '../../base/json.ts'
import type { RootStore } from '../../database/store.ts'
import type { ShownMessage } from './rows.ts'

export interface Drafts {
  /** Null: there are no knowledge bases. */
  lookUp: LookUpForDraft | null
}

interface Wanted {
  config: ResolvedConfig
  metadata: JsonObject
  /** Oldest first. */
  messages: readonly Pick<ShownMessage, 'role' | 'text'>[]
  signal: AbortSignal
}

export interface LookedUp {
  passages: FencedPassage[]
  /** What the model is told about them. */
  notices: string[]
}

/** Throws only the signal's reason, when it is aborted. */
export type LookUpForDraft = (store: RootStore, wanted: Wanted) => Promise<LookedUp>
