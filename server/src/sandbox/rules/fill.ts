// Makes values of templates, once their expressions have values and their prompts have answers. Pure.
import type { ReadExpression } from './expression.ts'
import type { Part, Template } from './template.ts'

type Prompt = Extract<Part, { kind: 'prompt' }>

export interface Known {
  /** Missing values are null. */
  values: ReadonlyMap<ReadExpression, unknown>
  answers: ReadonlyMap<Prompt, string>
}

/** What the model is asked. */
export function textOfPrompt({ parts }: Prompt, values: Known['values']): string {
  return fillText(parts, { values, answers: new Map() })
}

/** A whole expression or prompt keeps its type, anything else is text. */
export function fillTemplate({ parts, whole }: Template, known: Known): unknown {
  if (whole === null) return fillText(parts, known)
  if (whole.kind === 'expression') return known.values.get(whole.expression) ?? null
  return readAnswer(known.answers.get(whole) ?? '')
}

function fillText(parts: readonly Part[], { values, answers }: Known): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text
      return part.kind === 'expression' ? writeText(values.get(part.expression)) : (answers.get(part) ?? '')
    })
    .join('')
}

/** A value within text: nothing for what is missing, JSON for lists and objects. */
export function writeText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  return JSON.stringify(value, roundNumber)
}

/** As JSONata writes numbers: 0.1 + 0.2 is 0.3. */
export function roundNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(15)) : value
}

/** Whether a value decides a condition, as JSONata's `$boolean` says. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTrue)
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/

/** A model's answer as a value: only a number, `true` or `false` is not text. */
export function readAnswer(answer: string): string | number | boolean {
  const text = answer.trim()
  if (text === 'true' || text === 'false') return text === 'true'
  return number.test(text) && Number.isFinite(Number(text)) ? Number(text) : answer
}

/** A model's answer as a condition; null: it is neither. */
export function readDecision(answer: string): boolean | null {
  const word = /^\W*(yes|true|no|false)\W*$/i.exec(answer)?.[1]?.toLowerCase()
  return word === undefined ? null : word === 'yes' || word === 'true'
}

/** Lists and objects are walked, keys are literal; `change` gets each text. */
export function mapTexts(
  value: unknown,
  change: (text: string, path: readonly (string | number)[]) => unknown,
  path: readonly (string | number)[] = [],
): unknown {
  if (typeof value === 'string') return change(value, path)
  if (Array.isArray(value)) return value.map((item, at) => mapTexts(item, change, [...path, at]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change, [...path, key])]))
}
