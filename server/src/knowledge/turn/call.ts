// Searches for a tool call of the model: of the action `knowledge_base`, and of the tool `search_knowledge`.
import { type ToolAction, agentDefaults, knowledgeBounds } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { storedBytes } from '../../base/json-size.ts'
import type { Core } from '../../calls/core.ts'
import type { NewRetrieval } from '../../conversations/machine/retrievals.ts'
import { openStore } from '../../database/store.ts'
import { type ActionRunners, type ToolRun, type TurnTool, done, failed } from '../../engine/engine.ts'
import { findShown } from '../../engine/rules/passage-results.ts'
import { renderTemplate } from '../../templates/templates.ts'
import type { Knowledge } from '../services.ts'
import { type Asked, type Question, ask, datasetsOf } from './ask.ts'
import { chunkOf } from './rules/fit.ts'
import { cutQuery } from './rules/queries.ts'

type Part = Pick<Core, 'database'> & { room: Pick<Knowledge, 'search'> }
type SearchAction = Extract<ToolAction, { type: 'knowledge_base' }>

const max_results = knowledgeBounds.results_count
const too_many = 'The search was not made: this turn has reached its limit of 64 searches.'
const no_room = 'The passages were not saved: this call already stored 1 MiB of results.'

interface Searched {
  asked: Asked
  /** Of the first. */
  number: number
  /** Records it, once the result of the call is known. */
  settle(output: JsonValue): void
}

async function searchFor(
  part: Part,
  question: Omit<Question, 'vectors' | 'rerank'>,
  { run, turn_id, ...of }: { run: ToolRun; turn_id: string; kind: 'action' | 'tool'; call_id: string },
): Promise<Searched> {
  const { passages: turn, services, organization_id } = run
  const { rerank } = turn.settings
  const store = openStore(part.database, organization_id)
  const asking = {
    room: part.room,
    store,
    readRedactor: async () => run.redactor,
    measureRoom: () => ({ max_chunks: max_results, max_characters: turn.characters_left }),
  }
  const asked = await ask(asking, { ...question, vectors: question.words, rerank }, run)
  const { fitted, ...record } = asked
  const number = turn.takeNumbers(fitted.length)
  const settle = (output: JsonValue) => {
    const texts = fitted.flatMap(({ text }, index) => (text === null ? [] : [{ number: number + index, text }]))
    const shown = findShown(output, texts)
    const chunks = fitted.map((passage, index) => chunkOf(passage, number + index, shown.has(number + index)))
    const retrieval: NewRetrieval = { id: services.ports.newId(), turn_id, ...of, ...record, chunks }
    turn.record(retrieval)
  }
  return { asked, number, settle }
}

/** Why there is no answer; null: there is one, be it that nothing was found. */
function faultOf({ outcome }: Asked): string | null {
  if (outcome === 'timed_out') return 'The knowledge bases did not answer in time.'
  return outcome === 'failed' ? 'The knowledge bases could not be searched.' : null
}

/** As the author's templates see them. */
function savedOf({ asked: { fitted }, number }: Searched): JsonObject[] {
  return fitted.flatMap(({ source_name, url, score, text }, index) =>
    text === null ? [] : [{ number: number + index, text, source_name, url, score }],
  )
}

export function createSearchAction(part: Part): ActionRunners['knowledge_base'] {
  return async (action, seen, around) => {
    const { run, call, budget, room, timeLeft } = around
    if (!run.passages.mayBegin()) return { error: too_many }
    const words = cutQuery(
      action.query == null ? await defaultQuery(call.arguments, run) : renderTemplate(action.query, seen, { budget }),
    )
    const bases = basesOf(action)
    const question = {
      words,
      ...datasetsOf(bases, {}),
      results: Math.min(max_results, resultsOf(bases)),
      timeout_ms: timeLeft(),
    }
    const of = { run, turn_id: run.passages.turn_id, kind: 'action' as const, call_id: call.call_id }
    const searched = await searchFor(part, question, of)
    const { settle } = searched
    const fault = faultOf(searched.asked)
    if (fault !== null) return { error: fault, settle }
    const saved = savedOf(searched)
    const bytes = storedBytes(saved)
    if (bytes > room.saved_bytes) return { error: no_room, settle }
    room.saved_bytes -= bytes
    return { saved: { [action.save_as ?? 'passages']: saved }, settle }
  }
}

async function defaultQuery({ query }: JsonObject, run: ToolRun): Promise<string> {
  return typeof query === 'string' && query.trim() !== '' ? query : run.question()
}

/** The ids are literals: nothing that was said or found chooses a dataset. */
function basesOf({ dataset_id, dataset_ids, top_n, min_score }: SearchAction) {
  const ids = [...(dataset_id == null ? [] : [dataset_id]), ...(dataset_ids ?? [])].map((id) => id.toLowerCase())
  const rest = { top_n: top_n ?? agentDefaults.knowledge_base.top_n, min_score: min_score ?? null, filter: null }
  return [...new Set(ids)].map((id) => ({ dataset_id: id, ...rest }))
}

const resultsOf = (bases: readonly { top_n: number }[]) => bases.reduce((sum, { top_n }) => sum + top_n, 0)

/** The tool by which the model itself searches the datasets of its agent. */
export function searchTool(part: Part, description: string, of: Pick<Question, 'datasets' | 'is_missing'>): TurnTool {
  return {
    name: 'search_knowledge',
    description,
    parameters,
    is_checked: true,
    idempotent: true,
    needs_room: true,
    async run({ call_id, arguments: { query } }, run) {
      if (!run.passages.mayBegin()) return failed(too_many)
      const words = cutQuery(String(query))
      const { max_chunks: results } = run.passages.settings
      const question = { words, ...of, results, timeout_ms: agentDefaults.tool.timeout_ms }
      const { turn_id } = run.passages
      const searched = await searchFor(part, question, { run, turn_id, kind: 'tool', call_id })
      const fault = faultOf(searched.asked)
      return {
        ...(fault === null ? done({ passages: describedOf(searched) }) : failed(fault)),
        settle: searched.settle,
      }
    },
  }
}

const parameters: JsonObject = {
  type: 'object',
  properties: {
    query: {
      type: 'string',
      minLength: 1,
      maxLength: knowledgeBounds.query,
      description: 'What to look for, in the words in which a document would say it.',
    },
  },
  required: ['query'],
  additionalProperties: false,
}

/** With where they stand, which the model is shown. */
function describedOf(searched: Searched): JsonObject[] {
  const { asked, number } = searched
  return savedOf(searched).map((saved) => {
    const { heading_path, page } = asked.fitted[(saved['number'] as number) - number]!
    return { ...saved, heading_path, page }
  })
}
