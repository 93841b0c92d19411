// The tokens of JSONata, as its own parser reads them: enough to know where an expression ends, what it names, and whether it is plain.
// Pure, in one pass: time grows with the text.

export type TokenKind = 'name' | 'variable' | 'string' | 'number' | 'value' | 'pattern' | 'operator'

export interface Token {
  kind: TokenKind
  /** What it stands for: a name or variable without its marks, a text without quotes, an operator as it is written. */
  value: string | number | boolean | null
  at: number
  end: number
  /** In backticks. */
  is_quoted?: true
}

/** Why a text has no further token. */
export interface TokenFault {
  at: number
  message: string
}

export type Scan = { token: Token } | { fault: TokenFault } | null

const single = new Set('.[]{}(),@#;:?+-*/%|=<>^&!~')
const double = new Set(['..', ':=', '!=', '>=', '<=', '**', '~>', '?:', '??'])
const spaces = new Set(' \t\n\r\v')
const escapes: Partial<Record<string, string>> = {
  ...{ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
}
const words: Partial<Record<string, Pick<Token, 'kind' | 'value'>>> = {
  or: { kind: 'operator', value: 'or' },
  and: { kind: 'operator', value: 'and' },
  in: { kind: 'operator', value: 'in' },
  true: { kind: 'value', value: true },
  false: { kind: 'value', value: false },
  null: { kind: 'value', value: null },
}

/** The token at or behind a place; null: there are no more. `after_operand`: a slash divides there, elsewhere it begins a pattern. */
export function scanToken(text: string, from: number, after_operand: boolean): Scan {
  const at = skipSpace(text, from)
  if (typeof at !== 'number') return { fault: at }
  if (at >= text.length) return null
  const first = text[at]!
  if (first === '/' && !after_operand) return scanPattern(text, at)
  const pair = text.slice(at, at + 2)
  if (double.has(pair)) return found('operator', pair, at, at + 2)
  if (single.has(first)) return found('operator', first, at, at + 1)
  if (first === '"' || first === "'") return scanString(text, at)
  if (first === '`') return scanQuotedName(text, at)
  return scanNumber(text, at) ?? scanName(text, at)
}

const found = (kind: TokenKind, value: Token['value'], at: number, end: number): Scan => ({
  token: { kind, value, at, end },
})

/** Space and comments. */
function skipSpace(text: string, from: number): number | TokenFault {
  let at = from
  for (;;) {
    while (spaces.has(text[at]!)) at += 1
    if (!text.startsWith('/*', at)) return at
    const end = text.indexOf('*/', at + 2)
    if (end < 0) return { at, message: 'A comment has no end.' }
    at = end + 2
  }
}

function scanString(text: string, at: number): Scan {
  const quote = text[at]
  let value = ''
  let next = at + 1
  while (next < text.length) {
    const character = text[next]!
    if (character === quote) return found('string', value, at, next + 1)
    if (character !== '\\') {
      value += character
      next += 1
      continue
    }
    const escaped = text[next + 1] ?? ''
    const code = escaped === 'u' ? /^[0-9a-f]{4}/i.exec(text.slice(next + 2, next + 6))?.[0] : undefined
    const meant = code === undefined ? escapes[escaped] : String.fromCharCode(Number.parseInt(code, 16))
    if (meant === undefined) return { fault: { at: next, message: 'A text has an unknown escape sequence.' } }
    value += meant
    next += code === undefined ? 2 : 6
  }
  return { fault: { at, message: 'A text has no closing quote.' } }
}

function scanQuotedName(text: string, at: number): Scan {
  const end = text.indexOf('`', at + 1)
  if (end < 0) return { fault: { at, message: 'A name has no closing backtick.' } }
  return { token: { kind: 'name', value: text.slice(at + 1, end), at, end: end + 1, is_quoted: true } }
}

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?/y

function scanNumber(text: string, at: number): Scan {
  number.lastIndex = at
  const written = number.exec(text)?.[0]
  if (written === undefined) return null
  const value = Number(written)
  if (!Number.isFinite(value)) return { fault: { at, message: 'A number is too large.' } }
  return found('number', value, at, at + written.length)
}

function scanName(text: string, at: number): Scan {
  let end = at
  while (end < text.length && !spaces.has(text[end]!) && !single.has(text[end]!)) end += 1
  const name = text.slice(at, end)
  if (name.startsWith('$')) return found('variable', name.slice(1), at, end)
  const word = Object.hasOwn(words, name) ? words[name] : undefined
  return word ? found(word.kind, word.value, at, end) : found('name', name, at, end)
}

/** Up to a slash that is neither escaped nor within brackets. */
function scanPattern(text: string, at: number): Scan {
  let depth = 0
  let backslashes = 0
  for (let next = at + 1; next < text.length; next += 1) {
    const character = text[next]!
    if (character === '/' && depth === 0 && backslashes % 2 === 0) {
      let end = next + 1
      while (text[end] === 'i' || text[end] === 'm') end += 1
      return found('pattern', text.slice(at + 1, next), at, end)
    }
    if (backslashes === 0 && '([{'.includes(character)) depth += 1
    if (backslashes === 0 && ')]}'.includes(character)) depth -= 1
    backslashes = character === '\\' ? backslashes + 1 : 0
  }
  return { fault: { at, message: 'A pattern has no closing slash.' } }
}

/** Whether what follows the token is in the place of an operator. */
export function endsOperand({ kind, value }: Token, after_operand: boolean): boolean {
  if (kind !== 'operator') return true
  if (value === ')' || value === ']' || value === '}') return true
  // Wildcards and the parent, and words that are names where an operand is expected.
  return !after_operand && ['*', '**', '%', 'and', 'or', 'in'].includes(String(value))
}

/** All tokens up to `isEnd`, the end of the text, or a fault. */
export function scanTokens(
  text: string,
  from = 0,
  isEnd: (at: number, open: number) => boolean = () => false,
): { tokens: Token[]; end: number; fault: TokenFault | null } {
  const tokens: Token[] = []
  let at = from
  let open = 0
  let after_operand = false
  for (;;) {
    const start = skipSpace(text, at)
    if (typeof start !== 'number') return { tokens, end: at, fault: start }
    if (start >= text.length || isEnd(start, open)) return { tokens, end: start, fault: null }
    const scanned = scanToken(text, start, after_operand)
    if (scanned === null) return { tokens, end: start, fault: null }
    if ('fault' in scanned) return { tokens, end: start, fault: scanned.fault }
    const { token } = scanned
    tokens.push(token)
    if (token.kind === 'operator' && '([{'.includes(String(token.value))) open += 1
    if (token.kind === 'operator' && ')]}'.includes(String(token.value))) open -= 1
    after_operand = endsOperand(token, after_operand)
    at = token.end
  }
}
