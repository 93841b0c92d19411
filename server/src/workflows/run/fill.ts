// Fills the texts of a step: evaluates their expressions, in the server or in the sandbox, and has a model answer their prompts.
import { ShareExhausted } from '../../base/fair-share.ts'
import type { JsonValue } from '../../base/json.ts'
import { evaluateExpressions } from '../../sandbox/expressions.ts'
import type { SandboxFault } from '../../sandbox/protocol.ts'
import type { ReadExpression } from '../../sandbox/rules/expression.ts'
import { fillTemplate, mapTexts, textOfPrompt, writeText } from '../../sandbox/rules/fill.ts'
import { type Part, type Template, expressionsOf } from '../../sandbox/rules/template.ts'
import type { Names } from '../../sandbox/sandbox.ts'
import { hasExpression } from '../rules/listed-expressions.ts'
import { type ModelReply, isFromDemo } from './ask-model.ts'
import { StepFailure } from './failure.ts'
import type { VisitRun } from './visit-run.ts'

export interface Field {
  /** In the step's configuration, as messages name it. */
  path: string
  text: string
}

type Prompt = Extract<Part, { kind: 'prompt' }>

/** A field whose expressions have values and whose prompts have answers. */
export interface FilledField {
  template: Template
  value: unknown
  /** The author's text and the values, in their order. */
  parts: { text: string; is_value: boolean }[]
}

interface ReadField extends Field {
  template: Template
}

const busy_sandbox = 'The sandbox had no place for too long. Try again later.'

/** `secrets`: those that expressions of these fields may name, by name. Throws a `StepFailure`. */
async function fillFields(
  run: VisitRun,
  fields: readonly Field[],
  secrets: ReadonlyMap<string, string> | null,
): Promise<FilledField[]> {
  const seen = new Set<Template>()
  const read = fields.map((field): ReadField => {
    const template = templateOf(run, field)
    // Values belong to a place: equal texts have values of their own.
    if (seen.has(template)) return { ...field, template: copyTemplate(template) }
    seen.add(template)
    return { ...field, template }
  })
  const values = await evaluateFields(run, read, secrets)
  const answers = await answerPrompts(run, read, values)
  return read.map(({ template }) => ({
    template,
    value: fillTemplate(template, { values, answers }),
    parts: template.parts.map((part) => {
      if (part.kind === 'text') return { text: part.text, is_value: false }
      const value = part.kind === 'expression' ? values.get(part.expression) : answers.get(part)
      return { text: writeText(value), is_value: true }
    }),
  }))
}

/** The value with all its texts filled; keys are literal. */
export async function fillValue(run: VisitRun, path: string, value: unknown): Promise<JsonValue> {
  const [filled] = await fillValues(run, [{ path, value }])
  return filled!
}

export interface Value {
  path: string
  value: unknown
}

export async function fillValues(run: VisitRun, values: readonly Value[]): Promise<JsonValue[]> {
  return (await fillTogether(run, values, [])).values
}

/** One process evaluates all of them. */
export async function fillTogether(
  run: VisitRun,
  values: readonly Value[],
  fields: readonly Field[],
  secrets: ReadonlyMap<string, string> | null = null,
): Promise<{ values: JsonValue[]; fields: FilledField[] }> {
  const all: Field[] = [...fields]
  for (const { path, value } of values) {
    mapTexts(value, (text, within) => {
      if (hasExpression(text)) all.push({ path: [path, ...within].join('.'), text })
    })
  }
  const filled = await fillFields(run, all, secrets)
  let next = fields.length
  const put = (text: string) => (hasExpression(text) ? filled[next++]!.value : text)
  return {
    values: values.map(({ value }) => mapTexts(value, put) as JsonValue),
    fields: filled.slice(0, fields.length),
  }
}

function templateOf({ attempt: { plan } }: VisitRun, { path, text }: Field): Template {
  const { read, fault } = plan.readTemplate(text)
  if (fault !== null) throw new StepFailure('expression_failed', `${path}: ${fault.message}`)
  return read
}

function copyTemplate({ parts, whole }: Template): Template {
  const copies = parts.map(copyPart)
  const copy = whole === null ? null : copies[parts.indexOf(whole)]!
  return { parts: copies, whole: copy as Template['whole'] }
}

function copyPart(part: Part): Part {
  if (part.kind === 'text') return part
  if (part.kind === 'expression') return { ...part, expression: { ...part.expression } }
  return { ...part, parts: part.parts.map(copyPart) }
}

// --- expressions ---

type Values = ReadonlyMap<ReadExpression, unknown>

/** Those within prompts never see a secret: they are for a model. */
async function evaluateFields(
  run: VisitRun,
  fields: readonly ReadField[],
  secrets: ReadonlyMap<string, string> | null,
): Promise<Values> {
  const paths = new Map<ReadExpression, string>()
  const [shown, hidden]: [ReadExpression[], ReadExpression[]] = [[], []]
  for (const { path, template } of fields) {
    for (const part of template.parts) {
      if (part.kind === 'text') continue
      const inPrompt = part.kind === 'prompt'
      for (const expression of inPrompt ? expressionsOf(part) : [part.expression]) {
        if (inPrompt && expression.secrets.length > 0) {
          throw new StepFailure('expression_failed', `${path}: A prompt cannot contain a secret.`)
        }
        paths.set(expression, path)
        ;(expression.secrets.length > 0 ? hidden : shown).push(expression)
      }
    }
  }
  const plain = await evaluate(run, shown, run.names, paths)
  if (hidden.length === 0) return plain
  const named = [...new Set(hidden.flatMap((expression) => expression.secrets))]
  const known = namedSecrets(named, secrets, (name) => paths.get(hidden.find((one) => one.secrets.includes(name))!)!)
  const names: Names = { ...run.names, values: { ...run.names.values, secrets: known } }
  return new Map([...plain, ...(await evaluate(run, hidden, names, paths))])
}

function namedSecrets(
  names: readonly string[],
  secrets: ReadonlyMap<string, string> | null,
  pathOf: (name: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    names.map((name): [string, string] => {
      const value = secrets?.get(name)
      if (value === undefined) {
        throw new StepFailure('expression_failed', `${pathOf(name)}: There is no secret with the name ${name}.`)
      }
      return [name, value]
    }),
  )
}

async function evaluate(
  run: VisitRun,
  expressions: readonly ReadExpression[],
  names: Names,
  paths: ReadonlyMap<ReadExpression, string>,
): Promise<Values> {
  if (expressions.length === 0) return new Map()
  const { attempt, services, fuel, time } = run
  const { sandbox, limits } = services
  const evaluated = await orBusy(attempt.signal, () =>
    evaluateExpressions(sandbox, {
      ...{ owner: attempt.execution.organization_id, names, at_ms: attempt.visit.started_at, signal: attempt.signal },
      ...{ expressions, seed: `${attempt.key} ${paths.get(expressions[0]!)}`, fuel, time },
      max_bytes: limits.output_bytes,
    }),
  )
  if (evaluated.fault !== null) throw expressionFailure(paths.get(evaluated.expression)!, evaluated.fault)
  return evaluated.values
}

/** Of a prompt that stands alone. */
export function evaluateInPrompt(run: VisitRun, path: string, expressions: readonly ReadExpression[]): Promise<Values> {
  return evaluate(run, expressions, run.names, new Map(expressions.map((expression) => [expression, path])))
}

export const expressionFailure = (path: string, { message }: SandboxFault) =>
  new StepFailure('expression_failed', `${path}: ${message}`)

/** A sandbox that nobody gets a place in is no fault of an expression, and may be free later. */
export async function orBusy<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ShareExhausted) throw new StepFailure('internal', busy_sandbox, 'transient')
    throw error
  }
}

// --- prompts ---

async function answerPrompts(
  run: VisitRun,
  fields: readonly ReadField[],
  values: Values,
): Promise<ReadonlyMap<Prompt, string>> {
  const prompts = fields.flatMap(({ path, template }) =>
    template.parts.flatMap((part) => (part.kind === 'prompt' ? [{ path, prompt: part }] : [])),
  )
  const texts = prompts.map(({ path, prompt }) => ({ path, text: textOfPrompt(prompt, values) }))
  const answers = await askModels(run, texts, false)
  return new Map(prompts.map(({ prompt }, index) => [prompt, answers[index]!]))
}

/** In this order. Every attempt of the visit gets the same answers: they are stored before anything depends on them. */
export async function askModels(run: VisitRun, prompts: readonly Field[], decides: boolean): Promise<string[]> {
  const { services, used, replies } = run
  const first = used.replies
  used.replies += prompts.length
  const { prompts: most, prompts_at_once } = services.limits
  if (used.replies > most) {
    throw new StepFailure('ai_failed', `${prompts.at(-1)!.path}: The step has more than ${most} prompts.`)
  }
  const open = prompts
    .map((prompt, index) => ({ ...prompt, place: first + index }))
    .filter(({ place }) => !replies[place])
  let failure: unknown = null
  let isNew = false
  const work = async () => {
    for (let next = open.shift(); next !== undefined && failure === null; next = open.shift()) {
      try {
        replies[next.place] = await askOne(run, next, decides)
        isNew = true
      } catch (error) {
        failure ??= error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(prompts_at_once, open.length) }, work))
  // Those that answered are not asked again by the next attempt.
  if (isNew) await noteReplies(run)
  if (failure !== null) throw failure
  return prompts.map((_prompt, index) => replies[first + index]!.text)
}

async function askOne(run: VisitRun, { path, text }: Field, decides: boolean): Promise<ModelReply> {
  const { services, step, attempt, used } = run
  const { organization_id } = attempt.execution
  const { agent_id, conversation_id, test } = run.context
  const of = { organization_id, agent_id, conversation_id, is_test: test !== null }
  try {
    const question = { ...of, ai_model: step.ai_model, prompt: text, decides }
    const reply = await services.askModel(question, attempt.signal)
    used.input_tokens += reply.input_tokens ?? 0
    used.output_tokens += reply.output_tokens ?? 0
    if (isFromDemo(reply)) run.notes.push(`${path}: ${demo_note}`)
    return reply
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error
    throw new StepFailure(error.code, `${path}: ${error.message}`, error.failure_cause)
  }
}

const demo_note = 'The demo model answered, which is no language model. Configure a provider.'

/** Null stands for a prompt that has no answer yet. */
function noteReplies({ attempt, replies }: VisitRun): Promise<void> {
  const stored = Array.from(replies, (reply): JsonValue => (reply ? { ...reply } : null))
  return attempt.noteAnswers(stored)
}
