// Rewrites Jinja syntax that the library's parser lacks: `raw`, `with`, and tests with an argument.
import { tokenize } from '@huggingface/jinja'
import { TemplateError } from './values.ts'

interface Token {
  type: string
  value: string
}

/** The loop variable that marks a rewritten `with`. No template can contain this name. */
export const with_marker = '\ufdd4with'
/** The prefix of a filter that was a test. */
export const negated = '\ufdd4not '

export const testsWithArgument: ReadonlySet<string> = new Set([
  ...['divisibleby', 'sameas', 'equalto', 'eq', 'ne', 'gt', 'ge', 'lt', 'le'],
])

export function tokenizeAll(text: string): Token[] {
  const raw: string[] = []
  const tokens = tokenize(takeOutRaw(text, raw)) as Token[]
  const restored = raw.length === 0 ? tokens : tokens.map((token) => ({ ...token, value: restoreRaw(token, raw) }))
  const withLoops = text.includes('with') ? rewriteWith(restored) : restored
  return text.includes('is') ? rewriteTests(withLoops) : withLoops
}

function restoreRaw({ type, value }: Token, raw: readonly string[]): string {
  return type === 'Text' ? value.replace(/\ufdd2(\d+)\ufdd3/g, (whole, n) => raw[Number(n)] ?? whole) : value
}

const opening = /\{[{%#]/g
/** A closed string, the end of a tag, a word, or any other character. */
const within_tag = /\s*("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|[%}]\}|\w+|[^])/y

/** Estimates how many tokens a template has without creating them. Stops once there are more than `most`. */
export function estimateTokens(text: string, most: number): number {
  let count = 0
  opening.lastIndex = 0
  for (let open = opening.exec(text); open !== null && count <= most; open = opening.exec(text)) {
    count += 1
    if (open[0] === '{#') {
      const end = text.indexOf('#}', opening.lastIndex)
      if (end === -1) return count
      opening.lastIndex = end
    } else {
      const end = countWithin(text, opening.lastIndex, (found) => (count += found) <= most)
      if (end === null) return count
      opening.lastIndex = end
    }
  }
  return count
}

/** The end of a tag; null if it has none within the limit. */
function countWithin(text: string, from: number, mayGoOn: (found: number) => boolean): number | null {
  let depth = 0
  within_tag.lastIndex = from
  for (let match = within_tag.exec(text); match !== null; match = within_tag.exec(text)) {
    const part = match[1]!
    // The lexer accepts no more of it.
    if (part === '"' || part === "'" || !mayGoOn(1)) return null
    if (part === '%}' || (part === '}}' && depth <= 0)) return within_tag.lastIndex
    // Braces of objects inside other objects.
    if (part === '}}') within_tag.lastIndex -= 1
    depth += part === '{' ? 1 : part.startsWith('}') ? -1 : 0
  }
  return null
}

/** A single pass: each block is searched from the end of the previous one, and white space before it from where that starts. */
function takeOutRaw(text: string, raw: string[]): string {
  const begin = /((?<!\s)\s+\{%-|\{%[-+]?)\s*raw\s*(-%\}\s*|%\})/g
  const end = /((?<!\s)\s+\{%-|\{%[-+]?)\s*endraw\s*(-%\}\s*|%\})/g
  let left = ''
  let from = 0
  for (let opening = begin.exec(text); opening !== null; opening = begin.exec(text)) {
    end.lastIndex = begin.lastIndex
    const closing = end.exec(text)
    if (closing === null) throw new TemplateError('raw without endraw')
    raw.push(text.slice(begin.lastIndex, closing.index))
    left += `${text.slice(from, opening.index)}\ufdd2${raw.length - 1}\ufdd3`
    from = begin.lastIndex = end.lastIndex
  }
  return left + text.slice(from)
}

const token = (type: string, value: string): Token => ({ type, value })
const isName = (given: Token | undefined, name: string) => given?.type === 'Identifier' && given.value === name

/** Turns `with a = 1, b = 2` into a loop over a mapping, which the interpreter recognizes. */
function rewriteWith(tokens: readonly Token[]): Token[] {
  const written: Token[] = []
  for (let at = 0; at < tokens.length; at += 1) {
    const current = tokens[at]!
    const opens = tokens[at - 1]?.type === 'OpenStatement'
    if (opens && isName(current, 'endwith')) written.push(token('Identifier', 'endfor'))
    else if (opens && isName(current, 'with')) {
      const names = ['for', with_marker, 'in'].map((name) => token('Identifier', name))
      let end = at + 1
      while (end < tokens.length && tokens[end]!.type !== 'CloseStatement') end += 1
      const assigned = tokens.slice(at + 1, end)
      const entries = toEntries(assigned)
      written.push(...names, token('OpenCurlyBracket', '{'), ...entries, token('CloseCurlyBracket', '}'))
      at += assigned.length
    } else written.push(current)
  }
  return written
}

function toEntries(assigned: readonly Token[]): Token[] {
  let depth = 0
  let isStart = true
  return assigned.map((current, index) => {
    const isKey = isStart && current.type === 'Identifier' && assigned[index + 1]?.type === 'Equals'
    isStart = depth === 0 && current.type === 'Comma'
    if (current.type.startsWith('Open')) depth += 1
    if (current.type.startsWith('Close')) depth -= 1
    if (isKey) return token('StringLiteral', current.value)
    const isAssignment = depth === 0 && current.type === 'Equals'
    return isAssignment ? token('Colon', ':') : current
  })
}

/** Turns `a is divisibleby(3)` and `a is divisibleby 3` into a filter with an argument. */
function rewriteTests(tokens: readonly Token[]): Token[] {
  const written: Token[] = []
  for (let at = 0; at < tokens.length; at += 1) {
    const isNegated = isName(tokens[at + 1], 'not')
    const place = at + (isNegated ? 2 : 1)
    const name = tokens[place]
    const follows = tokens[place + 1]
    const isTest = isName(tokens[at], 'is') && name?.type === 'Identifier' && testsWithArgument.has(name.value)
    if (!isTest || !follows || !begins_argument.has(follows.type)) {
      written.push(tokens[at]!)
      continue
    }
    written.push(token('Pipe', '|'), token('Identifier', (isNegated ? negated : '') + name.value))
    at = place
    if (follows.type === 'OpenParen') continue
    const argument = takeArgument(tokens, place + 1)
    written.push(token('OpenParen', '('), ...argument, token('CloseParen', ')'))
    at += argument.length
  }
  return written
}

const begins_argument: ReadonlySet<string> = new Set([
  ...['OpenParen', 'Identifier', 'NumericLiteral', 'StringLiteral'],
])

/** A literal or a name, followed by member accesses. */
function takeArgument(tokens: readonly Token[], from: number): Token[] {
  let to = from + 1
  for (;;) {
    if (tokens[to]?.type === 'Dot') to += 2
    else if (tokens[to]?.type === 'OpenSquareBracket') to = endOfBrackets(tokens, to)
    else return tokens.slice(from, to)
  }
}

function endOfBrackets(tokens: readonly Token[], from: number): number {
  let depth = 0
  for (let at = from; at < tokens.length; at += 1) {
    if (tokens[at]!.type === 'OpenSquareBracket') depth += 1
    if (tokens[at]!.type === 'CloseSquareBracket') depth -= 1
    if (depth === 0) return at + 1
  }
  return tokens.length
}
