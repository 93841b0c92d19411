// One run of an analysis: at most one call of the model for the summary, and one for all other questions, which is repeated once if
// its answer is not valid.
import type { ResolvedAnalysis } from '../agents/rules/analysis-config.ts'
import type { Clock } from '../base/ports.ts'
import type { CallCounter } from '../usage/usage.ts'
import type { AnalysisOutcome, AnalysisResult } from '../conversations/conversations.ts'
import {
  type ModelAnswer,
  type ModelCatalog,
  ModelError,
  type ModelRequest,
  DEMO_MODEL_ID,
  DEMO_PROVIDER,
  answerWithDemo,
  collectAnswer,
  modelOf,
  samplingOf,
  summarizeWithDemo,
} from '../models/models.ts'
import {
  type Answers,
  type Questions,
  judgeAnswers,
  questionsRequest,
  readQuestions,
  repairRequest,
  tellFaults,
} from './rules/questions.ts'
import { boundSummary, summaryRequest } from './rules/summary.ts'
import { type Line, showTranscript } from './rules/transcript.ts'

export interface AnalysisRun {
  models: ModelCatalog
  clock: Pick<Clock, 'monotonic'>
  settings: ResolvedAnalysis
  lines: Line[]
  signal: AbortSignal
  /** Counts the calls. */
  usage: CallCounter
  /** Whether a failure that may pass is followed by another try. */
  isRetried: boolean
  withoutKeys(result: AnalysisResult): Promise<AnalysisResult>
}

/** What a part of the analysis led to. `kind` of a failure: what follows from it. */
type Part<Found> = { value: Found } | { kind: 'no_model' | 'final' | 'passing'; reason: string }

const no_model = 'The model is not configured on this server.'

export async function analyze(run: AnalysisRun): Promise<AnalysisOutcome | { status: 'retry'; reason: string }> {
  const { settings, lines, clock } = run
  if (!lines.some(({ role }) => role === 'user'))
    return { status: 'skipped', reason: 'The conversation has no user message.' }
  const started_at = clock.monotonic()
  const calls = new Calls(run)
  const questions = readQuestions(settings)
  const [summary, answers] = await calls.together([
    // On request also if the version asks for nothing.
    settings.summary.enabled || questions === null ? summarize(calls, run) : null,
    questions === null ? null : answerQuestions(calls, run, questions),
  ])
  const failures = [summary, answers].filter((part) => part !== null).filter((part) => 'kind' in part)
  const reason = [...new Set(failures.map((failure) => failure.reason))].join(' ')
  const found = { ...valueOf(summary), ...valueOf(answers) }
  const isEmpty = Object.keys(found).length === 0
  const result = isEmpty ? null : await run.withoutKeys({ ...nothing, ...found, ...calls.measure(started_at) })
  if (result === null && failures.some(({ kind }) => kind === 'no_model'))
    return { status: 'skipped', reason: no_model }
  const mayPass = failures.some(({ kind }) => kind === 'passing')
  // After the last try a part that succeeded is kept.
  if (mayPass && (run.isRetried || result === null)) return { status: 'retry', reason }
  if (failures.length > 0) return { status: 'failed', reason, result }
  return { status: 'done', result: result! }
}

function valueOf<Found>(part: Part<Found> | null): Found | undefined {
  return part !== null && 'value' in part ? part.value : undefined
}

const nothing = { summary: null, outcome: null, extracted: null, success: null, success_reason: null }

/** The calls of the model, whose cost is added up. */
class Calls {
  readonly #run: AnalysisRun
  readonly #halt = new AbortController()
  readonly #answers: ModelAnswer[] = []
  readonly #models = new Set<string>()

  constructor(run: AnalysisRun) {
    this.#run = run
  }

  /** If one fails by a fault of the server, the other is ended too. */
  async together<Parts extends readonly unknown[]>(parts: Parts) {
    try {
      return await Promise.all(parts)
    } finally {
      this.#halt.abort(new Error('the analysis is over'))
    }
  }

  async ask(request: ModelRequest): Promise<string> {
    const { models, settings, signal, usage } = this.#run
    const model = modelOf({ models }, settings)
    const either = AbortSignal.any([signal, this.#halt.signal])
    const stream = model.stream({ ...request, ...samplingOf(settings) }, either, usage)
    const answer = await collectAnswer(stream)
    this.#answers.push(answer)
    this.#models.add(answer.model ?? model.id)
    return answer.text
  }

  noteDemo(): void {
    this.#models.add(DEMO_MODEL_ID)
  }

  measure(started_at: number): Pick<AnalysisResult, 'models' | 'duration_ms' | 'input_tokens' | 'output_tokens'> {
    return {
      models: [...this.#models],
      duration_ms: Math.round(this.#run.clock.monotonic() - started_at),
      input_tokens: sum(this.#answers.map(({ usage }) => usage.input_tokens)),
      output_tokens: sum(this.#answers.map(({ usage }) => usage.output_tokens)),
    }
  }
}

/** Null if any is unknown, or without numbers. */
function sum(numbers: (number | null)[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((all, one) => (all === null || one === null ? null : all + one))
}

async function summarize(calls: Calls, { settings, lines }: AnalysisRun): Promise<Part<{ summary: string }>> {
  const { summary } = settings
  if (isDemo(settings)) {
    calls.noteDemo()
    return { value: { summary: summarizeWithDemo(lines, summary.max_words) } }
  }
  return attempt<{ summary: string }>(async () => {
    const text = await calls.ask(summaryRequest(summary, showTranscript(lines)))
    if (text.trim() === '') return { kind: 'final', reason: 'The model returned an empty summary.' }
    return { value: { summary: boundSummary(text, summary.max_words) } }
  })
}

async function answerQuestions(
  calls: Calls,
  { settings, lines }: AnalysisRun,
  questions: Questions | { fault: string },
): Promise<Part<Answers>> {
  if ('fault' in questions) {
    const reason = `The schema in analysis.extract cannot be used: ${questions.fault}. Publish a version with another schema.`
    return { kind: 'final', reason }
  }
  if (isDemo(settings)) {
    calls.noteDemo()
    return judge(answerWithDemo(questions.schema, lines), questions)
  }
  return attempt(async () => {
    const request = questionsRequest(questions, showTranscript(lines))
    const { text, request: asked } = await askForJson(calls, request)
    const judged = judgeAnswers(text, questions)
    if ('answers' in judged) return { value: judged.answers }
    return judge(await calls.ask(repairRequest(asked, text, judged.faults)), questions)
  })
}

function judge(text: string, questions: Questions): Part<Answers> {
  const judged = judgeAnswers(text, questions)
  if ('answers' in judged) return { value: judged.answers }
  return { kind: 'final', reason: tellFaults(judged.faults, questions) }
}

/** A server that refuses schemas in requests is asked without; the instructions have the schema too. */
async function askForJson(calls: Calls, request: ModelRequest): Promise<{ text: string; request: ModelRequest }> {
  try {
    return { text: await calls.ask(request), request }
  } catch (error) {
    if (!(error instanceof ModelError) || !refusals_of_schemas.has(error.status)) throw error
    const { output: _, ...plain } = request
    return { text: await calls.ask(plain), request: plain }
  }
}

const refusals_of_schemas: ReadonlySet<number | null> = new Set([400, 422])

const isDemo = ({ llm }: ResolvedAnalysis) => llm.provider === DEMO_PROVIDER

async function attempt<Found>(work: () => Promise<Part<Found>>): Promise<Part<Found>> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const { kind, message: reason } = error
    if (kind === 'not_configured') return { kind: 'no_model', reason: no_model }
    return { kind: kind === 'refused' ? 'final' : 'passing', reason }
  }
}
