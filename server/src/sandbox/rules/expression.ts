// What can be said of an expression before it is evaluated: its tokens, the secrets it names, and the text that JSONata is given. Pure.
import { scanTokens, type Token } from './tokens.ts'

export interface ExpressionBoundsOfText {
  max_characters: number
  max_depth: number
}

export const expressionBounds: ExpressionBoundsOfText = { max_characters: 10_000, max_depth: 200 }

export interface ReadExpression {
  /** What JSONata is given: `not (x)` is `$not(x)`. */
  text: string
  tokens: readonly Token[]
  /** The names behind `secrets.`, each once. */
  secrets: readonly string[]
}

export interface LanguageFault {
  message: string
  /** The character of the text, from 0. */
  at: number
}

export type Read<T> = { read: T; fault: null } | { read: null; fault: LanguageFault }

const refuse = (at: number, message: string): { read: null; fault: LanguageFault } => ({
  read: null,
  fault: { at, message },
})

/** A fault here is certain; without one JSONata may still refuse the text. */
export function readExpression(source: string, bounds = expressionBounds): Read<ReadExpression> {
  if (source.length > bounds.max_characters) {
    return refuse(0, `The expression has more than ${bounds.max_characters} characters.`)
  }
  const prompt = source.indexOf('${')
  if (prompt >= 0) return refuse(prompt, 'An expression cannot contain ${ }; put the prompt around it, or write `$ {`.')
  const { tokens, fault } = scanTokens(source)
  if (fault !== null) return refuse(fault.at, fault.message)
  if (tokens.length === 0) return refuse(0, 'The expression is empty.')
  const found = faultOfBrackets(tokens, bounds) ?? tokens.flatMap((token) => faultOfToken(token) ?? [])[0]
  if (found) return { read: null, fault: found }
  const secrets = readSecrets(tokens)
  if (secrets.fault !== null) return secrets
  return { read: { text: withNot(source, tokens), tokens, secrets: secrets.read }, fault: null }
}

const closing: Partial<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

function faultOfBrackets(tokens: readonly Token[], { max_depth }: ExpressionBoundsOfText): LanguageFault | null {
  const open: Token[] = []
  for (const token of tokens.filter(({ kind }) => kind === 'operator')) {
    if (Object.hasOwn(closing, String(token.value))) {
      open.push(token)
      if (open.length > max_depth) {
        return { at: token.at, message: `Brackets are nested more than ${max_depth} deep.` }
      }
    } else if (')]}'.includes(String(token.value))) {
      const last = open.pop()
      if (last === undefined || closing[String(last.value)] !== token.value) {
        return { at: token.at, message: `Nothing is open that \`${token.value}\` could close.` }
      }
    }
  }
  const left = open.at(-1)
  return left ? { at: left.at, message: `\`${left.value}\` is not closed.` } : null
}

function faultOfToken({ kind, value, at }: Token): LanguageFault | null {
  if (kind === 'variable' && value === 'eval') return { at, message: '$eval is not available.' }
  return null
}

/** `secrets` as a name of its own has to be followed by a name: only then is it known which ones the expression can see. */
function readSecrets(tokens: readonly Token[]): Read<string[]> {
  const names = new Set<string>()
  for (const [place, token] of tokens.entries()) {
    if (token.kind !== 'name' || token.value !== 'secrets' || isOperator(tokens[place - 1], '.')) continue
    const name = tokens[place + 2]
    if (!isOperator(tokens[place + 1], '.') || name?.kind !== 'name') {
      return refuse(token.at, 'Write the name of one secret: secrets.NAME.')
    }
    names.add(String(name.value))
  }
  return { read: [...names], fault: null }
}

const isOperator = (token: Token | undefined, value: string) => token?.kind === 'operator' && token.value === value

function withNot(source: string, tokens: readonly Token[]): string {
  let text = ''
  let at = 0
  for (const [place, token] of tokens.entries()) {
    const is_not = token.kind === 'name' && token.value === 'not' && !token.is_quoted
    if (!is_not || !isOperator(tokens[place + 1], '(') || isOperator(tokens[place - 1], '.')) continue
    text += `${source.slice(at, token.at)}$`
    at = token.at
  }
  return text + source.slice(at)
}
