// One attempt at one turn: reads the conversation, calls the model, carries out the tools that it calls, step by step, and
// reports the result. Its only right to write is its lease.
import type { Citation } from '@parley/contract'
import type { Logger } from 'pino'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import { later } from '../base/later.ts'
import type { EngineServices } from './services.ts'
import { type StoppedBudget, BudgetExceeded, not_called, passBudgetExceeded, textOf } from '../budgets/gate.ts'
import { checkAgainst } from '../agents/rules/argument-schemas.ts'
import type { HandOffAnswer } from '../conversations/machine/agent-hand-off.ts'
import type { AttemptResult, HandOffResult, Step, ToolResult } from '../conversations/machine/attempt-decisions.ts'
import type { Ending, TokenUsage } from '../conversations/machine/change.ts'
import { type TurnLease, endingRules, reach, readConversationDepth } from '../conversations/conversations.ts'
import { joinCitations } from '../conversations/machine/retrievals.ts'
import type { ConversationRecord } from '../conversations/machine/rows.ts'
import { type Words, heldWords, joinWords } from '../conversations/machine/turn-items.ts'
import type { CallCounter } from '../usage/usage.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { describeTemplateFault, logTemplateFault } from '../templates/faults.ts'
import { TemplateError } from '../templates/templates.ts'
import { type AttemptInput, type Equipment, equipTurn, loadTurn, readInput } from './attempt-input.ts'
import type { AskedByModel } from './hand-off.ts'
import type { KeptHistories } from './kept-histories.ts'
import type { CallRun, FoundTurn, RunningTurn } from './running-turn.ts'
import {
  collectAnswer,
  type ModelAnswer,
  ModelError,
  type ModelMessage,
  modelOf,
  samplingOf,
} from '../models/models.ts'
import { cutResults, leastCharacters, questionOf } from './rules/context-window.ts'
import { fenceResults } from './rules/passage-results.ts'
import { isWrapped, wrapReply } from '../agents/rules/wrapping.ts'
import {
  type PlannedCall,
  type Progress,
  advance,
  judgeAnswer,
  keepOpen,
  mayUseTools,
  planCalls,
} from './rules/step-policy.ts'
import { recordedIn } from './spans.ts'
import { type CarriedOut, carryOutCalls, settleOrphans } from './tools/carry-out.ts'
import { readAsked } from './tools/hand-off-tool.ts'
import { roomAfter } from './rules/output-size.ts'

type Part = Pick<
  EngineServices,
  'database' | 'models' | 'ports' | 'config' | 'outbound' | 'conversations' | 'metrics' | 'traces'
> & {
  equipment: Equipment
  histories: KeptHistories
}

/** Aborts an attempt whose turn has reached its time limit. */
export class TurnTimeout extends Error {}

/** What an attempt reports as it goes. Each write is a commit under its lease and throws if the lease is lost. */
export interface AttemptPort {
  signal: AbortSignal
  log: Logger
  /** Counts the calls of the model. */
  calls: CallCounter
  /** The turn as the attempt finds it. */
  begin(found: FoundTurn): void
  say(text: string): void
  /** Whether anybody reads what is said as it is said. */
  isRead(): boolean
  /** The current secrets of the turn's organization. */
  readSecrets(): Promise<Secrets>
  writeStep(step: Step): Promise<void>
  writeToolResult(result: ToolResult): Promise<void>
  /** A person is asked for, and the turn is over if they are. */
  handOff(asked: AskedByModel, result: Omit<HandOffResult, 'request'>): Promise<HandOffAnswer>
  /** Waits until the attempt surely holds its turn. */
  mayAct(): Promise<void>
}

/**
 * Returns the result to be written, or null if there is nothing (left) to answer. Throws the signal's reason when it is
 * aborted, and any error not caused by the model or a template.
 */
export async function carryOut(services: Part, lease: TurnLease, port: AttemptPort): Promise<AttemptResult | null> {
  const meter = startMeter(services)
  let { log } = port
  try {
    const found = await loadTurn(services, lease)
    if (!found) return null
    port.begin(found)
    const { id: conversation_id, agent_id } = found.conversation
    const { id: turn_id, agent_version_id } = found.turn
    log = log.child({ conversation_id, turn_id, agent_id, agent_version_id })
    const { signal, readSecrets } = port
    const holds_words = isWrapped(found.config)
    const room = roomAfter(found.items)
    const { organization_id } = lease
    const { variables } = found
    const { passages } = found
    const question = async () => questionOf(await found.history(), found.turn)
    const { mayAct } = port
    const conversation = { id: conversation_id, agent_id, is_redacted: found.redactor !== null }
    const readDepth = later(() => readConversationDepth(found.store, conversation_id))
    const called = { organization_id, conversation, turn_id, variables, readDepth }
    const around = { services, ...called, signal, log, readSecrets, mayAct }
    const recorded = await recordedIn(services.traces, found, readSecrets)
    const run: CallRun = { ...around, room, holds_words, passages, question, ...(recorded ? { recorded } : {}) }
    using running = await equipTurn(found, services.equipment, run)
    // Results first: the model is shown the result of every call.
    const settled = running.turn.steps > 0 ? await settleOrphans(running, run, port.writeToolResult) : []
    const input = await readInput(running)
    await reach(services.ports, 'attempt.started')
    const words = [...heldWords(running.items), ...saidBy(settled)]
    const cited = running.items.map(({ citations }) => citations)
    return await takeSteps({ services, input, port, meter, run, words, cited }, resume(running, settled))
  } catch (error) {
    port.signal.throwIfAborted()
    return failureOf(error, log)
  }
}

/** The progress made by earlier attempts, and by those of their calls that were repeated. */
function resume({ turn, config, items, tools }: RunningTurn, settled: CarriedOut[]): Progress {
  const start = { steps: turn.steps, max_tool_steps: config.max_tool_steps, has_said: false, is_ending: false }
  const messages = items.filter(({ type }) => type === 'message')
  const texts = messages.length + heldWords(items).length + saidBy(settled).length
  const results = items.filter(({ type }) => type === 'function_call_output')
  return advance(start, tools, { texts, results: [...results, ...settled] })
}

function saidBy(results: CarriedOut[]): Words[] {
  return results.flatMap(({ said: text }) => (text === '' ? [] : [{ text, by_tool: true }]))
}

interface Attempt {
  services: Part
  input: AttemptInput
  port: AttemptPort
  meter: Meter
  run: CallRun
  /** Of a reply that is wrapped: the text of the steps before. */
  words: Words[]
  /** What earlier texts of the turn cite. */
  cited: (Citation[] | null)[]
}

/** Null: people have the conversation, and the turn is over. */
async function takeSteps(attempt: Attempt, begun: Progress): Promise<AttemptResult | null> {
  const { services, input, port, meter, run } = attempt
  const messages = [...input.messages]
  // Bounded: every iteration that continues has written a step.
  for (let progress = begun; ;) {
    const asked = { messages, with_tools: mayUseTools(progress) }
    const answer = await askModel(attempt, asked).catch(passBudgetExceeded)
    if (answer instanceof BudgetExceeded) return stoppedResult(attempt, progress, answer.stopped)
    await reach(services.ports, 'model.answered')
    const verdict = judgeAnswer(answer, progress)
    if (verdict !== 'call_tools') return attemptResult(attempt, answer, verdict, progress)
    const planned = planCalls(answer.calls, input.tools, services.ports.newId)
    const last = findHandOff(planned)
    const calls = last ? keepOpen(planned) : planned
    const step = stepOf(attempt, progress.steps, answer, calls)
    await port.writeStep(step)
    attempt.cited.push(step.citations ?? [])
    const others = calls.filter((call) => call !== last)
    const results = await meter.tools(() => carryOutCalls(others, run, port.writeToolResult))
    const hasText = answer.text.trim() !== ''
    const words = [...(hasText ? [{ text: answer.text, by_tool: false }] : []), ...saidBy(results)]
    attempt.words.push(...words)
    const texts = words.length
    progress = { ...advance(progress, input.tools, { texts, results }), steps: progress.steps + 1 }
    if (last) {
      const output = await handOff(attempt, progress, last, answer.text)
      if (output.status === 'requested') return null
      results.push({ ...last, output: { ...output }, is_error: false, said: '' })
    }
    // The model said goodbye in this step, so it is not called again.
    if (progress.is_ending && hasText) return replyOf(attempt, progress, '', null)
    messages.push({ role: 'assistant', text: answer.text, tool_calls: calls }, { role: 'tool', results })
  }
}

/** The call with which the turn may end: the first that is in order. */
function findHandOff(calls: PlannedCall[]): Extract<PlannedCall, { tool: unknown }> | undefined {
  return calls.find(
    (call): call is Extract<PlannedCall, { tool: unknown }> =>
      'tool' in call && call.tool.ends === 'turn' && checkAgainst(call.tool.parameters, call.arguments).length === 0,
  )
}

/** What the end user is told: the model's own text of the step, else that of the call, else the wait message. */
function handOff(attempt: Attempt, progress: Progress, call: PlannedCall, own: string): Promise<HandOffAnswer> {
  const asked = readAsked(call.arguments)
  const hasOwn = own.trim() !== ''
  const message = hasOwn ? '' : asked.message
  const { type: _type, ending: _ending, ...whole } = replyOf(attempt, progress, message, null)
  const isSilent = message === '' && (!attempt.run.holds_words || attempt.words.length === 0)
  const reply = isSilent ? { ...whole, text: '' } : whole
  const { call_id, name } = call
  return attempt.port.handOff(asked, { call: { call_id, name }, has_said: hasOwn || message !== '', reply })
}

function stepOf({ services, run }: Attempt, number: number, { text, usage }: ModelAnswer, calls: PlannedCall[]): Step {
  return {
    number,
    text,
    message_id: services.ports.newId(),
    citations: run.passages.cite(text),
    is_held: run.holds_words,
    calls: calls.map(({ call_id, name, arguments: given }) => ({ call_id, name, arguments: given })),
    results: calls.flatMap((call) => ('fault' in call ? [faultResult(call)] : [])),
    ...usage,
  }
}

function faultResult({ call_id, name, fault }: Extract<PlannedCall, { fault: string }>): ToolResult {
  return { call_id, name, output: fault, is_error: true, latency_ms: null, said: null }
}

async function askModel(
  { services, input: { config, system, tools, searched }, port, meter, run }: Attempt,
  { messages: all, with_tools }: { messages: ModelMessage[]; with_tools: boolean },
): Promise<ModelAnswer> {
  const { passages, recorded } = run
  const hasSearched = (call_id: string) => searched.has(call_id) || passages.calls.has(call_id)
  const cut = cutResults(all, config.context_window, passages.calls)
  const messages = fenceResults(cut, hasSearched, () => passages.code)
  passages.ask(leastCharacters(all, passages.calls))
  const offered = with_tools ? [...tools.values()] : []
  const gathers = () => !port.isRead()
  const shared = { system, messages, tools: offered, gathers, ...samplingOf(config) }
  const request = recorded ? { ...shared, recorded } : shared
  const answer = await meter.model(() =>
    collectAnswer(modelOf(services, config).stream(request, port.signal, port.calls), (text) => {
      meter.markText()
      port.say(text)
    }),
  )
  meter.note(answer)
  return answer
}

/** A turn that has begun cannot be answered with a text alone: what its tools did would go unsaid. */
function stoppedResult(attempt: Attempt, progress: Progress, stopped: StoppedBudget): AttemptResult {
  const text = progress.steps === 0 ? textOf(stopped, attempt.input.conversation) : null
  if (text !== null) return replyOf(attempt, progress, text, null)
  return { type: 'failure', outcome: 'budget_exceeded', error: not_called }
}

function attemptResult(
  attempt: Attempt,
  answer: ModelAnswer,
  verdict: 'reply' | 'step_limit' | 'empty',
  progress: Progress,
): AttemptResult {
  switch (verdict) {
    case 'empty':
      return { type: 'failure', outcome: 'model_error', error: 'The model returned an empty answer.' }
    case 'step_limit':
      return {
        type: 'failure',
        outcome: 'step_limit',
        error: 'The model called tools after the turn reached its limit of tool steps.',
      }
    case 'reply':
      return replyOf(attempt, progress, answer.text, answer.usage)
  }
}

function replyOf(
  { services, input, meter, run, words, cited }: Attempt,
  progress: Progress,
  said: string,
  usage: TokenUsage | null,
): Extract<AttemptResult, { type: 'reply' }> {
  const { config, variables, conversation } = input
  const last = said.trim() === '' ? '' : said
  const text = run.holds_words ? wrapReply(config, variables, wholeOf(words, last)) : last
  const citations = run.passages.cite(text)
  const turn_citations = joinCitations([...cited, citations])
  const metrics = meter.read(run.passages.implicit_ms)
  const ending = progress.is_ending ? endingOf(conversation, config) : null
  const message_id = services.ports.newId()
  const is_rated = (config.hand_off.rules?.low_confidence ?? null) !== null && ending === null
  return { type: 'reply', text, message_id, metrics, usage, ending, citations, turn_citations, is_rated }
}

/** Everything that was said in the turn: the reply is wrapped once. */
function wholeOf(words: Words[], last: string): string {
  return joinWords(last === '' ? words : [...words, { text: last, by_tool: false }]).text
}

function endingOf({ agent_id: id, agent_name: name }: ConversationRecord, config: ResolvedConfig): Ending {
  return {
    end_reason: 'ended_by_agent',
    ended_by: { type: 'agent', id, name, reason: null },
    ...endingRules(config),
  }
}

type Meter = ReturnType<typeof startMeter>

/** Measures an attempt for the metrics of its reply. */
function startMeter({ ports: { clock } }: Pick<EngineServices, 'ports'>) {
  const startedAt = clock.monotonic()
  const tokens: { input_tokens: number | null; output_tokens: number | null } = {
    input_tokens: null,
    output_tokens: null,
  }
  let ttft_ms: number | null = null
  let model: string | null = null
  const spent = { model: 0, tools: 0 }
  const measure = async <T>(kind: keyof typeof spent, work: () => Promise<T>): Promise<T> => {
    const begun = clock.monotonic()
    const result = await work()
    spent[kind] += clock.monotonic() - begun
    return result
  }
  return {
    model: <T>(work: () => Promise<T>) => measure('model', work),
    tools: <T>(work: () => Promise<T>) => measure('tools', work),
    markText: () => (ttft_ms ??= Math.round(clock.monotonic() - startedAt)),
    note({ model: answered_by, usage: { input_tokens, output_tokens } }: ModelAnswer) {
      model = answered_by
      if (input_tokens !== null) tokens.input_tokens = (tokens.input_tokens ?? 0) + input_tokens
      if (output_tokens !== null) tokens.output_tokens = (tokens.output_tokens ?? 0) + output_tokens
    },
    read: (retrieval_ms: number | null) => ({
      model,
      ttft_ms,
      llm_ms: Math.round(spent.model),
      tools_ms: Math.round(spent.tools),
      ...(retrieval_ms === null ? {} : { retrieval_ms }),
      total_ms: Math.round(clock.monotonic() - startedAt),
      ...tokens,
    }),
  }
}

function failureOf(error: unknown, log: Logger): AttemptResult {
  if (error instanceof ModelError) {
    const outcome = error.kind === 'timeout' ? 'timed_out' : 'model_error'
    return { type: 'failure', outcome, error: error.message }
  }
  if (error instanceof TemplateError) {
    const reason = describeTemplateFault(error)
    logTemplateFault(log, { path: error.path, reason })
    return { type: 'failure', outcome: 'model_error', error: reason }
  }
  throw error
}
