// Evaluates JSONata in a realm of its own, made for the expressions of one step: what they do to the objects that all expressions share
// ends with the realm.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { constants, createContext, Script } from 'node:vm'
import type { ExpressionBounds, FaultCode, Names, SandboxFault, Seed } from '../protocol.ts'
import { startTimer } from './processor-time.ts'

export interface ExpressionJob {
  text: string
  /** JSON. */
  values: string
  links: Names['links']
  at_ms: number
  seed: Seed
  bounds: ExpressionBounds
  /** Only whether it can be read. */
  checks_only: boolean
}

interface RealmAnswer {
  json: string | null
  error: { code: string; message: string; position?: number } | null
}

/** What a realm has besides the language. Nothing in it belongs to another realm, `usedTime` aside, which no expression can reach. */
type Realm = Record<string, unknown>

const script = compile()
const begin = new Script('begin()')
let prepared: Realm | null = null
let current: Realm | null = null

/** What is evaluated next belongs to others. */
export function closeRealm(): void {
  current = null
}

/** Opens the next realm before it is asked for. */
export function prepareRealm(): void {
  prepared ??= openRealm()
}

function openRealm(): Realm {
  const realm = createContext(constants.DONT_CONTEXTIFY, {
    // All that the expression does happens within `runInContext`.
    microtaskMode: 'afterEvaluate',
    codeGeneration: { strings: false, wasm: false },
  }) as unknown as Realm
  script.runInContext(realm)
  return realm
}

export function evaluateExpression(job: ExpressionJob): { json: string | null; fault: SandboxFault | null } {
  const realm = current ?? prepared ?? openRealm()
  if (realm === prepared) prepared = null
  current = realm
  realm['answer'] = undefined
  const { values, ...job_only } = job
  // Texts, and no object: it would be of this realm.
  realm['job'] = JSON.stringify(job_only)
  realm['values'] = values
  realm['usedTime'] = startTimer()
  begin.runInContext(realm)
  const { answer } = realm
  if (typeof answer !== 'string') return { json: null, fault: { code: 'crashed', message: 'It did not end.' } }
  return read(JSON.parse(answer) as RealmAnswer, job)
}

function read({ json, error }: RealmAnswer, { bounds }: ExpressionJob): ReturnType<typeof evaluateExpression> {
  if (error !== null) return { json: null, fault: explain(error, bounds) }
  if (json !== null && Buffer.byteLength(json) > bounds.result_bytes) {
    return { json: null, fault: explain({ code: 'result', message: '' }, bounds) }
  }
  return { json, fault: null }
}

const max_message = 500

function explain(
  { code, message, position }: NonNullable<RealmAnswer['error']>,
  bounds: ExpressionBounds,
): SandboxFault {
  const known = explanations[code]?.(bounds)
  const words = known?.message ?? (message.length > max_message ? `${message.slice(0, max_message)}…` : message)
  const fault = { code: known?.code ?? (/^S\d/.test(code) ? 'syntax' : 'failed'), message: words } as const
  return position === undefined ? fault : { ...fault, position }
}

const explanations: Partial<Record<string, (bounds: ExpressionBounds) => { code: FaultCode; message: string }>> = {
  D1011: ({ depth }) => ({ code: 'too_deep', message: `Its calls are nested more than ${depth} deep.` }),
  depth: () => ({ code: 'too_deep', message: 'Its calls or values are nested too deep.' }),
  D1012: ({ time_ms }) => ({ code: 'timeout', message: `It took more than ${time_ms} ms.` }),
  D2014: ({ sequence }) => ({ code: 'too_long', message: `A sequence has more than ${sequence} items.` }),
  D2015: ({ sequence }) => ({ code: 'too_long', message: `A sequence has more than ${sequence} items.` }),
  size: () => ({ code: 'memory', message: 'A text or a list in it is too large.' }),
  result: ({ result_bytes }) => ({
    code: 'result_too_large',
    message: `Its result is larger than ${result_bytes} bytes.`,
  }),
}

/** The packages' own files, as functions that each realm calls, with the bytecode of what a realm runs. */
function compile(): Script {
  const require = createRequire(import.meta.url)
  const wrap = (path: string) => `(module, exports) => {${readFileSync(path, 'utf8')}\n}`
  const jsonata = wrap(require.resolve('jsonata'))
  const re2js = wrap(join(dirname(require.resolve('re2js')), 'index.umd.js'))
  const realm = readFileSync(new URL('./realm.js', import.meta.url), 'utf8')
  return new Script(`{ const sources = { jsonata: ${jsonata}, re2js: ${re2js} };\n${realm}\n}`)
}
