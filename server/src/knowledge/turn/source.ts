// Looks the messages of a turn up in the agent's datasets before the model is called, and offers the model to search them itself.
import { type FencedPassage, type Retrieval, citationRules, passageRules, searchFailedNotice } from '@parley/contract'
import type { Core } from '../../calls/core.ts'
import type { Added, CallRun, FoundTurn, TurnSource } from '../../engine/engine.ts'
import { createRedactor } from '../../secrets/rules/redact.ts'
import type { Knowledge } from '../services.ts'
import { ask, datasetsOf } from './ask.ts'
import { searchTool } from './call.ts'
import { chunkOf, roomBeside } from './rules/fit.ts'
import { queriesOf } from './rules/queries.ts'
import { hideSecrets } from './rules/secrets.ts'
import { readStoredPassages } from './stored.ts'

type Part = Pick<Core, 'database'> & { room: Pick<Knowledge, 'search'> }
type Searched = Pick<ReturnType<typeof datasetsOf>, 'datasets' | 'is_missing'>

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
  const searched = datasetsOf(bases, turn.variables.custom_metadata)
  const { passages, isFailed } = isImplicit
    ? await lookUp(part, turn, run, searched)
    : { passages: [], isFailed: false }
  const rules = [passageRules, retrieval.citations ? citationRules : '', retrieval.instructions ?? '']
  return {
    ...nothing,
    tools: offersTool ? [searchTool(part, tool.description, searched)] : [],
    notices: [...rules, isFailed ? searchFailedNotice : ''].filter((text) => text.trim() !== ''),
    passages,
  }
}

interface LookedUp {
  passages: FencedPassage[]
  /** Nothing could be searched. */
  isFailed: boolean
}

async function lookUp(part: Part, turn: FoundTurn, run: CallRun, searched: Searched): Promise<LookedUp> {
  const { retrieval } = turn.config
  const { max_chunks, timeout_ms, rerank } = retrieval
  const readRedactor = async () => createRedactor(await run.readSecrets())
  const max_characters = roomBeside(await run.question(), {
    max_characters: retrieval.max_characters,
    window_characters: turn.passages.window_characters,
  })
  const stored = turn.passages.stored.find(({ kind }) => kind === 'implicit')
  if (stored) {
    const reading = readStoredPassages(turn.store, stored, { max_characters })
    const [passages, redactor] = await Promise.all([reading, readRedactor()])
    turn.passages.showAgain(
      stored,
      passages.map(({ number }) => number),
    )
    return { passages: hideSecrets(passages, redactor), isFailed: isFailure(stored) }
  }
  const queries = queriesOf(await turn.history(), turn.turn, retrieval.window_messages)
  const question = { ...queries, ...searched, results: max_chunks, timeout_ms, rerank }
  const measureRoom = () => ({ max_chunks, max_characters })
  const { room } = part
  const { fitted, ...asked } = await ask({ room, store: turn.store, readRedactor, measureRoom }, question, run)
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
