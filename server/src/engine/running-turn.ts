// A turn while an attempt carries it out: as it was found, with the tools that it offers, and what their calls may use.
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { PromptVariables } from '../conversations/conversations.ts'
import type { ConversationRecord, ItemRecord, TurnRecord } from '../conversations/machine/rows.ts'
import type { RootStore } from '../database/store.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { OutputRoom } from './rules/output-size.ts'
import type { ToolRun, TurnTool } from './tools/turn-tool.ts'

/** A turn as an attempt finds it, with what its agent is set to. */
export interface FoundTurn {
  store: RootStore
  turn: TurnRecord
  conversation: ConversationRecord
  /** What earlier attempts have left of it. */
  items: ItemRecord[]
  config: ResolvedConfig
  variables: PromptVariables
}

/** With the tools that it offers, for as long as it is not disposed of. */
export interface RunningTurn extends FoundTurn, Disposable {
  tools: ReadonlyMap<string, TurnTool>
  /** What the model is told of tools that are missing. */
  notices: string[]
}

/** What the calls of a turn may use. */
export interface CallRun extends Omit<ToolRun, 'redactor'> {
  /** For the results of the whole turn. */
  room: OutputRoom
  readSecrets(): Promise<Secrets>
  /** What tools say is no message yet: the reply is wrapped as a whole. */
  holds_words: boolean
}
