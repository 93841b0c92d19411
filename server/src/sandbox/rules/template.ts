// The template language: text with expressions `{{ }}` and prompts `${ }`. Pure, in one pass.
import { type LanguageFault, type Read, type ReadExpression, readExpression } from './expression.ts'
import { scanTokens } from './tokens.ts'

export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'expression'; expression: ReadExpression; at: number }
  /** Its own expressions are filled first; then a model answers. */
  | { kind: 'prompt'; parts: readonly Part[]; at: number }

export interface Template {
  parts: readonly Part[]
  /** One expression or one prompt with nothing but space around it: the value keeps its type. */
  whole: Extract<Part, { kind: 'expression' | 'prompt' }> | null
}

/** Text without templates is a template, too. */
export function readTemplate(source: string): Read<Template> {
  const { read: parts, fault } = readParts(source, 0, false)
  if (fault !== null) return { read: null, fault }
  const meant = parts.parts.filter((part) => part.kind !== 'text' || part.text.trim() !== '')
  const only = meant.length === 1 ? meant[0]! : null
  const whole = only === null || only.kind === 'text' ? null : only
  return { read: { parts: parts.parts, whole }, fault: null }
}

/** A condition: one whole expression or prompt; text without any is read as an expression. */
export function readCondition(source: string): Read<Template> {
  const template = readTemplate(source)
  if (template.fault !== null) return template
  if (template.read.whole !== null) return template
  if (template.read.parts.some(({ kind }) => kind !== 'text')) {
    return refuse(0, 'A condition is one expression, without text around it.')
  }
  const expression = readExpression(source)
  if (expression.fault !== null) return expression
  const part: Part = { kind: 'expression', expression: expression.read, at: 0 }
  return { read: { parts: [part], whole: part }, fault: null }
}

interface Parts {
  parts: Part[]
  /** Behind them: the end of the text, or the brace that closes a prompt. */
  end: number
}

function readParts(source: string, from: number, in_prompt: boolean): Read<Parts> {
  const parts: Part[] = []
  let text = ''
  let at = from
  /** Braces that a prompt's text has opened. */
  let open = 0
  const keepText = () => {
    if (text !== '') parts.push({ kind: 'text', text })
    text = ''
  }
  while (at < source.length) {
    const opening = openingAt(source, at)
    if (opening === null) {
      const character = source[at]!
      if (in_prompt && character === '}' && open === 0) break
      if (in_prompt) open += character === '{' ? 1 : character === '}' ? -1 : 0
      text += character
      at += 1
    } else if (opening.startsWith('\\')) {
      text += opening.slice(1)
      at += opening.length
      if (in_prompt) open += opening === '\\{{' ? 2 : 1
    } else {
      const part = opening === '{{' ? readExpressionAt(source, at) : readPromptAt(source, at, in_prompt)
      if (part.fault !== null) return part
      keepText()
      parts.push(part.read.part)
      at = part.read.end
    }
  }
  keepText()
  return { read: { parts, end: at }, fault: null }
}

function openingAt(source: string, at: number): '{{' | '${' | '\\{{' | '\\${' | null {
  const opening = (['{{', '${', '\\{{', '\\${'] as const).find((one) => source.startsWith(one, at))
  return opening ?? null
}

type ReadPart = Read<{ part: Part; end: number }>

/** Ends at the first `}}` outside quotes, comments and brackets. */
function readExpressionAt(source: string, at: number): ReadPart {
  const from = at + 2
  const { end, fault } = scanTokens(source, from, (place, open) => open <= 0 && source.startsWith('}}', place))
  if (fault !== null) return { read: null, fault }
  if (!source.startsWith('}}', end)) return refuse(at, 'An expression has no closing }}.')
  const expression = readExpression(source.slice(from, end))
  if (expression.fault !== null) return shifted(expression.fault, from)
  return { read: { part: { kind: 'expression', expression: expression.read, at: from }, end: end + 2 }, fault: null }
}

/** Ends at the first `}` that closes neither an expression nor a brace of its text. */
function readPromptAt(source: string, at: number, in_prompt: boolean): ReadPart {
  if (in_prompt) return refuse(at, 'A prompt cannot contain another prompt.')
  const read = readParts(source, at + 2, true)
  if (read.fault !== null) return read
  const { parts, end } = read.read
  if (source[end] !== '}') return refuse(at, 'A prompt has no closing }.')
  if (parts.every((part) => part.kind === 'text' && part.text.trim() === '')) return refuse(at, 'A prompt is empty.')
  return { read: { part: { kind: 'prompt', parts, at }, end: end + 1 }, fault: null }
}

const refuse = (at: number, message: string): { read: null; fault: LanguageFault } => ({
  read: null,
  fault: { at, message },
})

const shifted = ({ at, message }: LanguageFault, by: number) => refuse(at + by, message)

/** In the order in which they stand, those in prompts among them. */
export function expressionsOf({ parts }: { parts: readonly Part[] }): ReadExpression[] {
  return parts.flatMap((part) => {
    if (part.kind === 'text') return []
    return part.kind === 'expression' ? [part.expression] : expressionsOf(part)
  })
}
