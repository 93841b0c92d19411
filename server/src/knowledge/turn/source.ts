// Looks the messages of a turn up in the agent's datasets before the model is called, and offers the model to search them itself.
import {
  type FencedPassage,
  type Retrieval,
  citationRules,
  passageRules,
  searchFailedNotice,
} from '@parley/contract'
import type { Core } from '../../calls/core.ts'
import type { Added, CallRun, FoundTurn, TurnSource } from '../../engine/engine.ts'
import { createRedactor } from '../../secrets/rules/redact.ts'
import type { Knowledge } from '../services.ts'
import { ask, datasetsOf } from './ask.ts'
import { searchTool } from './call.ts'
import { chunkOf, fitPassages, roomBeside } from './rules/fit.ts'
import { queriesOf } from './rules/queries.ts'
import { hideSecrets } from './rules/secrets.ts'
import { readStoredPassages } from './stored.ts'

type Part = Pick<Core, 'database'> & { room: Pick<Knowledge, 'search'> }
type Asking = Pick<ReturnType<typeof datasetsOf>, 'datasets' | 'is_missing'>

const nothing = { tools: [], notices: [], passages: [], [Symbol.dispose]: () => {} }

export function createKnowledgeSource(part: Part): TurnSource {
  return { name: 'the knowledge bases', prepare: (turn, run) => prepare(part, turn, run) }
}

/** A turn whose agent has no knowledge base asks nothing. */
async function prepare(part: Part, turn: FoundTurn, run: CallRun): Promise<Added & Disposable> {
  const { knowledge_bases: bases, retrieval, search_knowledge: tool, tools } = turn.config
  const isImplicit = retrieval.implicit && bases.length > 0
  const offersTool = tool !== null && bases.length > 0
  if (!isImplicit && !offersTool && !tools.some(({ retrieves }) => retrieves)) return nothing
  const asking = datasetsOf(bases, turn.variables.custom_metadata)
  const { passages, isFailed } = isImplicit ? await lookUp(part, turn, run, asking) : { passages: [], isFailed: false }
  const rules = [passageRules, retrieval.citations ? citationRules : '', retrieval.instructions ?? '']
  return {
    ...nothing,
    tools: offersTool ? [searchTool(part, tool.description, asking)] : [],
    notices: [...rules, isFailed ? searchFailedNotice : ''].filter((text) => text.trim() !== ''),
    passages,
  }
}

interface LookedUp {
  passages: FencedPassage[]
  /** Nothing could be searched. */
  isFailed: boolean
}

async function lookUp(part: Part, turn: FoundTurn, run: CallRun, asking: Asking): Promise<LookedUp> {
  const { retrieval } = turn.config
  const { max_chunks, timeout_ms, rerank } = retrieval
  const max_characters = roomBeside(await run.question(), {
    max_characters: retrieval.max_characters,
    window_characters: turn.passages.window_characters,
  })
  const stored = turn.passages.stored.find(({ kind }) => kind === 'implicit')
  if (stored) {
    const [passages, secrets] = await Promise.all([
      readStoredPassages(turn.store, stored, { max_characters }),
      run.readSecrets(),
    ])
    return { passages: hideSecrets(passages, createRedactor(secrets)), isFailed: isFailure(stored) }
  }
  const queries = queriesOf(await turn.history(), turn.turn, retrieval.window_messages)
  const question = { ...queries, ...asking, results: max_chunks, timeout_ms, rerank }
  // Side by side, so that secrets cost no time.
  const [{ passages: found, ...asked }, secrets] = await Promise.all([
    ask(part.room, turn.store, question, run),
    run.readSecrets(),
  ])
  const fitted = hideSecrets(fitPassages(found, { max_chunks, max_characters }), createRedactor(secrets))
  const number = turn.passages.takeNumbers(fitted.length)
  const chunks = fitted.map((passage, index) => chunkOf(passage, number + index, passage.text !== null))
  const id = run.services.ports.newId()
  turn.passages.record({ id, turn_id: turn.turn.id, kind: 'implicit', call_id: null, ...asked, chunks })
  return {
    passages: fitted.flatMap(({ source_name, heading_path, page, text }, index) =>
      text === null ? [] : [{ number: number + index, text, source_name, heading_path, page }],
    ),
    isFailed: isFailure(asked),
  }
}

function isFailure({ outcome }: Pick<Retrieval, 'outcome'>): boolean {
  return outcome === 'failed' || outcome === 'timed_out'
}
