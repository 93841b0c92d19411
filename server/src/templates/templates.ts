// Sandboxed Jinja templates: compiles, checks and renders them within fixed bounds of size, depth and work. Templates and
// variables may come from anybody; nothing here may run code, reach a prototype or take long.
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
/** The lexer's expressions take quadratic time on runs of white space. */
const max_whitespace_run = 500
/** How much of a run's square the lexer reads in the time of one token. */
const white_space_per_work = 500
const max_syntax_depth = 150

/** What several renderings may take together. */
export interface RenderBudget {
  /** Units of the interpreter, with those for handing values in. */
  work: number
  characters: number
}

export function createBudget(): RenderBudget {
  return { work: max_budget_work, characters: max_budget_characters }
}

const max_budget_work = 400_000
const max_budget_characters = 2_000_000
/** Of each rendering, whatever it does. */
const least_work = 50

/** Renders a template to text that can be stored. What is undefined, at any depth, renders empty. Throws a `TemplateError`. */
export function renderTemplate(
  text: string,
  variables: Readonly<Record<string, JsonValue | undefined>>,
  options: { max_output?: number; budget?: RenderBudget } = {},
): string {
  const { max_output = max_output_characters, budget = createBudget() } = options
  const output = hasTags(text) ? runProgram(compileCached(text), variables, budget) : text
  budget.characters -= output.length
  if (budget.characters < 0) throw new TemplateError('the outputs are too long together')
  if (output.length > max_output) throw new TemplateError(`the output is longer than ${max_output} characters`)
  // Whatever filters have made of it.
  return makeStorable(output)
}

/** What a template is rendered to, with what it prints apart from what its author wrote; `safe` makes a value the author's. */
export type Part = { text: string; is_value: boolean }

/** As `renderTemplate`, for who must not take values for syntax. A block that is captured, as by a macro, is one value. */
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
  if (length > max_output_characters)
    throw new TemplateError(`the output is longer than ${max_output_characters} characters`)
  return output
    .split(printedPlace)
    .map((part, index) =>
      index % 2 === 0 ? { text: part, is_value: false } : { text: printed[Number(part)] ?? '', is_value: true },
    )
    .map(({ text: part, is_value }) => ({ text: makeStorable(part), is_value }))
    .filter((part) => part.text !== '')
}

/** What the templates of one configuration may take together to be checked, in about a microsecond each. */
export interface CheckBudget {
  work: number
}

export function createCheckBudget(): CheckBudget {
  return { work: max_check_work }
}

const max_check_work = 50_000

/** What is wrong with a template before it ever runs, or null. */
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

/** Whether a template could look up a variable of this name; also where it only has a property of that name. */
export function mayLookUp(text: string, name: string): boolean {
  return hasTags(text) && compileCached(text).names.has(name)
}

/** Whether an expression, as it stands between braces, is truthy. Throws a `TemplateError`. */
export function evaluateCondition(
  expression: string,
  variables: Readonly<Record<string, JsonValue | undefined>>,
  budget?: RenderBudget,
): boolean {
  const fault = checkCondition(expression)
  if (fault !== null) throw new TemplateError(fault)
  return renderTemplate(conditional(expression), variables, budget && { budget }) !== ''
}

/** What is wrong with a condition before it is ever evaluated, or null. */
export function checkCondition(expression: string, budget?: CheckBudget): string | null {
  if (/[{%}]}|{[{%#]/.test(expression.replaceAll(/'[^']*'|"[^"]*"/g, ''))) return 'it has braces of a template'
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
  /** What it took to compile it, as `CheckBudget` counts it. */
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
    throw new TemplateError(`more than ${max_template_characters} characters`)
  }
  const white_work = whiteWorkOf(text)
  const requireBudget = (tokens: number) => {
    if (white_work + tokens <= most_work) return white_work + tokens
    throw new TemplateError(
      `all templates of a configuration may have ${max_check_work} tags, names and operators together, and less with long runs of white space`,
    )
  }
  let root: Node
  let work: number
  try {
    // The lexer drops one newline at the end; this one is for it to drop.
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

/** In one pass: looking for so many in a row begins anew at each of them. */
function whiteWorkOf(text: string): number {
  let squares = 0
  for (const [run] of text.matchAll(/\s+/g)) {
    if (run.length > max_whitespace_run) {
      throw new TemplateError(`more than ${max_whitespace_run} white space characters in a row`)
    }
    squares += run.length ** 2
  }
  return Math.floor(squares / white_space_per_work)
}

function describeSyntaxError(error: unknown): string {
  if (error instanceof RangeError) return 'too deeply nested'
  // The parser reads past the last token.
  if (error instanceof TypeError || !(error instanceof Error)) return 'it ends inside of a tag or block'
  return error.message.replace(/^Parser Error: |\. \w+ !== \w+\.$/g, '').slice(0, 200)
}

/** Walks the whole tree once, without recursion. Gives filters their real names and marks what is printed. */
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

/** What is printed where the text of the whole template comes to stand. */
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
  // Mostly the text between the tags.
  'StringLiteral',
])

/** Wraps each printed expression in a node of our own, since printing has its price. */
function markOutput(node: Node, root: Node): void {
  for (const field of ['body', 'alternate', 'defaultBlock']) {
    const block = node[field]
    if (!Array.isArray(block)) continue
    node[field] = block.map((expression: Node) =>
      // The library skips nodes that are not of its classes where it looks for names.
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

/** In characters, with something for what every template takes. */
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

/** Where `printed` is given, what is printed is put there, and its place into the text. */
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
    if (budget.work < 0) throw new TemplateError('it takes too long, with what was rendered before')
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

/** By object: the same ones are handed to one template after the other. */
const counts = new WeakMap<object, number>()

/** The values within a value, itself included. */
function countValues(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 1
  let count = counts.get(value)
  if (count === undefined) {
    count = Object.values(value).reduce((sum: number, entry) => sum + countValues(entry), 1)
    counts.set(value, count)
  }
  return count
}

function describeRunError(error: unknown): string {
  if (error instanceof RangeError) return 'the values are too large or nested too deeply'
  // `break` and `continue` are thrown, without a message.
  const message = error instanceof Error ? error.message : ''
  return message.slice(0, 200) || 'break or continue outside of a loop'
}
