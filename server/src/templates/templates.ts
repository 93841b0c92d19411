// Sandboxed Jinja templates: compiles, checks and renders them within fixed limits on size, depth and work. Templates and
// variables are untrusted: they must not run code, reach a prototype or take long.
import { Environment, parse } from '@huggingface/jinja'
import { LRUCache } from 'lru-cache'
import type { JsonValue } from '../base/json.ts'
import { makeStorable } from '../base/text.ts'
import { MeteredInterpreter, max_work, printedPlace } from './interpreter.ts'
import { isOwnTest } from './rules/own-filters.ts'
import { estimateTokens, tokenizeAll } from './syntax.ts'
import { type Node, TemplateError, filters, globals } from './values.ts'

export { TemplateError }

const max_template_characters = 200_000
const max_output_characters = 200_000
/** The lexer's regular expressions take quadratic time on runs of white space. */
const max_whitespace_run = 500
/** How much of the square of a run's length the lexer reads in the time of one token. */
const white_space_per_work = 500
const max_syntax_depth = 150

/** What several renderings can use together. */
export interface RenderBudget {
  /** Units of the interpreter, including those for passing values in. */
  work: number
  characters: number
}

export function createBudget(): RenderBudget {
  return { work: max_budget_work, characters: max_budget_characters }
}

const max_budget_work = 400_000
const max_budget_characters = 2_000_000
/** Charged for each rendering. */
const least_work = 50

/** Renders a template to text that can be stored. Undefined values render empty at any depth. Throws a `TemplateError`. */
export function renderTemplate(
  text: string,
  variables: Readonly<Record<string, JsonValue | undefined>>,
  options: { max_output?: number; budget?: RenderBudget } = {},
): string {
  const { max_output = max_output_characters, budget = createBudget() } = options
  const output = hasTags(text) ? runProgram(compileCached(text), variables, budget) : text
  budget.characters -= output.length
  if (budget.characters < 0) throw new TemplateError('all outputs together are too long')
  if (output.length > max_output) throw new TemplateError(`the output exceeds ${max_output} characters`)
  // Filters can create characters that cannot be stored.
  return makeStorable(output)
}

/** The output of a template, split into the author's text and printed values. `safe` makes a value the author's. */
export type Part = { text: string; is_value: boolean }

/** Like `renderTemplate`, for callers that must not interpret values as syntax. A captured block, as by a macro, is one value. */
export function renderParts(
  text: string,
  variables: Readonly<Record<string, JsonValue | undefined>>,
  budget: RenderBudget = createBudget(),
): Part[] {
  if (!hasTags(text)) return [{ text: makeStorable(text), is_value: false }]
  const printed: string[] = []
  const output = runProgram(compileCached(text), variables, budget, printed)
  const length = printed.reduce((sum, value) => sum + value.length, output.length)
  budget.characters -= length
  if (length > max_output_characters) throw new TemplateError(`the output exceeds ${max_output_characters} characters`)
  return output
    .split(printedPlace)
    .map((part, index) =>
      index % 2 === 0 ? { text: part, is_value: false } : { text: printed[Number(part)] ?? '', is_value: true },
    )
    .map(({ text: part, is_value }) => ({ text: makeStorable(part), is_value }))
    .filter((part) => part.text !== '')
}

/** The budget for checking all templates of one configuration, in units of about a microsecond. */
export interface CheckBudget {
  work: number
}

export function createCheckBudget(): CheckBudget {
  return { work: max_check_work }
}

const max_check_work = 50_000

/** The fault in a template that can be found without running it, or null. */
export function checkTemplate(text: string, budget?: CheckBudget): string | null {
  if (!hasTags(text)) return null
  try {
    const { work } = compileCached(text, budget?.work)
    if (budget) budget.work -= work
    return null
  } catch (error) {
    if (error instanceof TemplateError) return error.message
    throw error
  }
}

/** Whether a template could look up a variable of this name. Also true if it only has a property of that name. */
export function mayLookUp(text: string, name: string): boolean {
  return hasTags(text) && compileCached(text).names.has(name)
}

/** Whether an expression, without braces around it, is truthy. Throws a `TemplateError`. */
export function evaluateCondition(
  expression: string,
  variables: Readonly<Record<string, JsonValue | undefined>>,
  budget?: RenderBudget,
): boolean {
  const fault = checkCondition(expression)
  if (fault !== null) throw new TemplateError(fault)
  return renderTemplate(conditional(expression), variables, budget && { budget }) !== ''
}

/** The fault in a condition that can be found without evaluating it, or null. */
export function checkCondition(expression: string, budget?: CheckBudget): string | null {
  if (/[{%}]}|{[{%#]/.test(expression.replaceAll(/'[^']*'|"[^"]*"/g, '')))
    return 'it contains template braces; write only the expression'
  return checkTemplate(conditional(expression), budget)
}

const conditional = (expression: string) => `{% if ${expression} %}true{% endif %}`

function hasTags(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#')
}

// --- compiling ---

interface Program {
  root: Node
  /** Every name that the template could look up. */
  names: ReadonlySet<string>
  node_count: number
  /** The cost of compiling it, in units of `CheckBudget`. */
  work: number
}

const filterAliases = new Map([
  ['d', 'default'],
  ['count', 'length'],
  ['e', 'escape'],
  ['forceescape', 'escape'],
])
const tests: ReadonlySet<string> = new Set(new Environment().tests.keys())

function compile(text: string, most_work: number): Program {
  if (text.length > max_template_characters) {
    throw new TemplateError(`it exceeds ${max_template_characters} characters`)
  }
  const white_work = whiteWorkOf(text)
  const requireBudget = (tokens: number) => {
    if (white_work + tokens <= most_work) return white_work + tokens
    throw new TemplateError(
      `all templates of a configuration together exceed ${max_check_work} tags, names and operators; long runs of white space count too`,
    )
  }
  let root: Node
  let work: number
  try {
    // The lexer drops one newline at the end, so add one.
    if (most_work < Number.POSITIVE_INFINITY) requireBudget(estimateTokens(text, most_work))
    const tokens = tokenizeAll(text.endsWith('\n') ? `${text}\n` : text)
    work = requireBudget(tokens.length)
    root = parse(tokens as Parameters<typeof parse>[0]) as Node
  } catch (error) {
    if (error instanceof TemplateError) throw error
    throw new TemplateError(describeSyntaxError(error), { cause: error })
  }
  return { ...checkProgram(root), work }
}

/** A single pass, because searching for the whole run would restart at each character. */
function whiteWorkOf(text: string): number {
  let squares = 0
  for (const [run] of text.matchAll(/\s+/g)) {
    if (run.length > max_whitespace_run) {
      throw new TemplateError(`it contains more than ${max_whitespace_run} white space characters in a row`)
    }
    squares += run.length ** 2
  }
  return Math.floor(squares / white_space_per_work)
}

function describeSyntaxError(error: unknown): string {
  if (error instanceof RangeError) return 'too deeply nested'
  // The parser reads past the last token.
  if (error instanceof TypeError || !(error instanceof Error)) return 'it ends inside a tag or block'
  return error.message.replace(/^Parser Error: |\. \w+ !== \w+\.$/g, '').slice(0, 200)
}

/** Walks the whole tree once, without recursion. Resolves aliases of filters and marks printed expressions. */
function checkProgram(root: Node): Omit<Program, 'work'> {
  const names = new Set<string>()
  let node_count = 0
  const waiting: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }]
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    const { value, depth } = entry
    if (depth > max_syntax_depth) throw new TemplateError('too deeply nested')
    if (Array.isArray(value) || value instanceof Map) {
      for (const child of value instanceof Map ? [...value].flat() : value) waiting.push({ value: child, depth })
    } else if (isNode(value)) {
      node_count++
      checkNode(value, names)
      markOutput(value, root)
      for (const field of Object.values(value)) {
        if (typeof field === 'object' && field !== null) waiting.push({ value: field, depth: depth + 1 })
      }
    }
  }
  markParts(root)
  return { root, names, node_count }
}

/** Marks expressions whose output becomes part of the whole template's text. */
function markParts(node: Node): void {
  if (node.type === 'Output') node['is_part'] = !isMarkedSafe(node['expression'] as Node)
  if (!['Program', 'If', 'For'].includes(node.type)) return
  for (const field of ['body', 'alternate', 'defaultBlock']) {
    const block = node[field]
    if (Array.isArray(block)) for (const child of block as Node[]) markParts(child)
  }
}

function isMarkedSafe(expression: Node): boolean {
  return expression.type === 'FilterExpression' && filterNameNode(expression)['value'] === 'safe'
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

function checkNode(node: Node, names: Set<string>): void {
  if (node.type === 'Identifier') names.add(node['value'] as string)
  if (node.type === 'FilterExpression' || node.type === 'FilterStatement') {
    const name = filterNameNode(node)
    const filter = filterAliases.get(String(name['value'])) ?? String(name['value'])
    if (name.type !== 'Identifier' || !(filters.has(filter) || isOwnTest(filter))) {
      throw new TemplateError(`unknown filter: ${String(name['value'] ?? name.type).slice(0, 100)}`)
    }
    name['value'] = filter
  }
  if (node.type === 'TestExpression') {
    const test = (node['test'] as Node)['value'] as string
    if (!tests.has(test)) throw new TemplateError(`unknown test: ${test.slice(0, 100)}`)
  }
}

const statements: ReadonlySet<string> = new Set([
  ...['If', 'For', 'Break', 'Continue', 'Set', 'Macro', 'Comment', 'CallStatement', 'FilterStatement'],
  // Mostly the text between tags.
  'StringLiteral',
])

/** Wraps each printed expression in an own node, because printing has a cost. */
function markOutput(node: Node, root: Node): void {
  for (const field of ['body', 'alternate', 'defaultBlock']) {
    const block = node[field]
    if (!Array.isArray(block)) continue
    node[field] = block.map((expression: Node) =>
      // The library skips nodes of other classes when it looks for names.
      statements.has(expression.type)
        ? expression
        : Object.assign(Object.create(Object.getPrototypeOf(root) as object), { type: 'Output', expression }),
    )
  }
}

function filterNameNode(node: Node): Node {
  const filter = node['filter'] as Node
  return filter.type === 'CallExpression' ? (filter['callee'] as Node) : filter
}

/** In characters, plus a fixed cost for each template. */
const compiled = new LRUCache<string, Program>({
  maxSize: 1_000_000,
  sizeCalculation: (_program, text) => text.length + 1000,
})

function compileCached(text: string, most_work = Number.POSITIVE_INFINITY): Program {
  const known = compiled.get(text)
  if (known) return known
  const program = compile(text, most_work)
  compiled.set(text, program)
  return program
}

// --- rendering ---

/** If `printed` is given, printed values go there, and their index goes into the text. */
function runProgram(
  program: Program,
  variables: Readonly<Record<string, JsonValue | undefined>>,
  budget: RenderBudget,
  printed: string[] | null = null,
): string {
  const seen = Object.entries(variables).filter(([name]) => program.names.has(name))
  let meter: MeteredInterpreter | null = null
  let granted = 0
  try {
    budget.work -= seen.reduce((sum, [, value]) => sum + countValues(value) / 2, least_work)
    if (budget.work < 0) throw new TemplateError('this template and those rendered before it take too long')
    granted = Math.min(max_work, budget.work)
    const scope = new Environment()
    for (const [name, value] of globals) scope.set(name, value)
    for (const [name, value] of seen) {
      scope.variables.delete(name)
      scope.set(name, value)
    }
    meter = new MeteredInterpreter(scope, program.node_count, granted, printed)
    return String(meter.evaluate(program.root, scope).value)
  } catch (error) {
    if (error instanceof TemplateError) throw error
    throw new TemplateError(describeRunError(error), { cause: error })
  } finally {
    budget.work -= granted - Math.max(0, meter?.workLeft ?? 0)
  }
}

/** By object, because the same values are passed to one template after another. */
const counts = new WeakMap<object, number>()

/** The number of values inside a value, including itself. */
function countValues(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 1
  let count = counts.get(value)
  if (count === undefined) {
    count = Object.values(value).reduce((sum: number, entry) => sum + countValues(entry), 1)
    counts.set(value, count)
  }
  return count
}

/** Where the library quotes a key of a mapping, which may be a value of the conversation, and so must not be logged. */
const before_value = /^(macro .* takes no keyword argument)\b.*/s

/** The library names classes. */
const kindsOfValues = new Map<string, string>([
  ...([
    ['String', 'text'],
    ['Integer', 'whole number'],
    ['Float', 'number'],
    ['Boolean', 'boolean'],
  ] as const),
  ...([
    ['Array', 'list'],
    ['Tuple', 'list'],
    ['Object', 'mapping'],
    ['Namespace', 'namespace'],
  ] as const),
  ...([
    ['Null', 'nothing'],
    ['Undefined', 'nothing'],
    ['Function', 'function'],
  ] as const),
])

function describeRunError(error: unknown): string {
  if (error instanceof RangeError) return 'the values are too large or nested too deeply'
  // `break` and `continue` are thrown, without a message.
  const said = error instanceof Error ? error.message.replace(before_value, '$1') : ''
  const message = said.replaceAll(/\b(\w+)Value\b/g, (name, kind: string) => kindsOfValues.get(kind) ?? name)
  return message.slice(0, 200) || 'break or continue outside a loop'
}
