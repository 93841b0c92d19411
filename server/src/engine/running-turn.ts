// A turn while an attempt carries it out: its state at the start, the tools that it offers, and what their calls may use.
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { PromptVariables } from '../conversations/conversations.ts'
import type { ConversationRecord, ItemRecord, TurnRecord } from '../conversations/machine/rows.ts'
import type { TextRedactor } from '../redaction/rules/redaction.ts'
import type { RootStore } from '../database/store.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { HistoryItem } from '../conversations/read/transcript.ts'
import type { FencedPassage } from '@parley/contract'
import type { OutputRoom } from './rules/output-size.ts'
import type { TurnPassages } from './turn-passages.ts'
import type { ToolRun, TurnTool } from './tools/turn-tool.ts'

/** A turn as an attempt finds it, with its agent's configuration. */
export interface FoundTurn {
  store: RootStore
  turn: TurnRecord
  conversation: ConversationRecord
  /** Items that earlier attempts have stored. */
  items: ItemRecord[]
  config: ResolvedConfig
  variables: PromptVariables
  /** What its user messages said, where the stored text is redacted and this process accepted them. */
  heard: ReadonlyMap<string, string[]>
  /** Null: everything is stored as it was said. */
  redactor: TextRedactor | null
  /** As far back as the context window may reach, as it was said. */
  history(): Promise<HistoryItem[]>
  /** Those of knowledge bases, found so far. */
  passages: TurnPassages
}

/** With the tools that it offers, until it is disposed of. */
export interface RunningTurn extends FoundTurn, Disposable {
  tools: ReadonlyMap<string, TurnTool>
  /** What the model is told about missing tools. */
  notices: string[]
  /** What the model is shown before the turn's messages. */
  found: FencedPassage[]
}

/** What the calls of a turn may use. */
export interface CallRun extends Omit<ToolRun, 'redactor'> {
  /** For the results of the whole turn. */
  room: OutputRoom
  readSecrets(): Promise<Secrets>
  /** Waits until the attempt surely holds its turn: a call that was sent cannot be recalled. */
  mayAct(): Promise<void>
  /** The text of tools is not stored as a message yet: the reply is wrapped as a whole. */
  holds_words: boolean
}
