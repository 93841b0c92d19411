// Runs JavaScript in QuickJS. Each run has a WebAssembly instance of its own: memory that one has damaged, filled or looked at is not
// that of the next one.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import quickjsVariant from '@jitl/quickjs-wasmfile-release-sync'
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core'
import type { CodeBounds, FaultCode, Names, SandboxFault, Seed } from '../protocol.ts'
import { startTimer } from './processor-time.ts'

export interface CodeJob {
  code: string
  /** JSON. */
  values: string
  links: Names['links']
  at_ms: number
  seed: Seed
  bounds: CodeBounds
}

export interface CodeAnswer {
  json: string | null
  fault: SandboxFault | null
  logs: string
}

/** Of calls within QuickJS: what its own code needs for the deepest of them fits into the stack of the instance. */
const stack_bytes = 256 * 1024

const require = createRequire(import.meta.url)
/** Its types are those of its CommonJS form. */
const variant = quickjsVariant as unknown as QuickJSSyncVariant
const { WebAssembly } = globalThis as unknown as { WebAssembly: { compile(bytes: Uint8Array): Promise<never> } }
const compiled = WebAssembly.compile(readFileSync(require.resolve('@jitl/quickjs-wasmfile-release-sync/wasm')))
const prelude = readFileSync(new URL('./prelude.js', import.meta.url), 'utf8')

/** QuickJS, before it has seen anything of an author. */
interface Instance {
  context: QuickJSContext
  runtime: QuickJSRuntime
  /** Of the prelude. */
  begin: QuickJSHandle
}

let prepared: Instance | null = null

/** Opens the instance of the next run before it is asked for. */
export async function prepareInstance(): Promise<void> {
  prepared ??= await openInstance()
}

async function openInstance(): Promise<Instance> {
  const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmModule: await compiled }))
  const runtime = quickjs.newRuntime()
  runtime.setMaxStackSize(stack_bytes)
  const context = runtime.newContext()
  context.unwrapResult(context.evalCode(prelude, 'prelude.js'))
  return { context, runtime, begin: context.getProp(context.global, 'begin') }
}

export async function runCode(job: CodeJob): Promise<CodeAnswer> {
  const run = new Run(job)
  try {
    await run.carryOut()
  } catch (error) {
    // The instance cannot go on: its memory or its stack came to an end within its own code.
    run.fail(run.explain(String(error)))
  }
  return { json: run.json, fault: run.fault, logs: run.logs }
}

/** Whether the code can be read. */
export async function checkCode(code: string): Promise<SandboxFault | null> {
  const bounds = { time_ms: 1000, depth: 500, memory_bytes: 48 * 2 ** 20, result_bytes: 0, log_bytes: 0 }
  const run = new Run({ code, values: '{}', links: [], at_ms: 0, seed: [0, 0, 0, 0], bounds })
  try {
    await run.check()
  } catch (error) {
    run.fail(run.explain(String(error)))
  }
  return run.fault
}

class Run {
  json: string | null = null
  fault: SandboxFault | null = null
  logs = ''
  readonly #job: CodeJob
  readonly #timer = startTimer()
  #is_late = false

  constructor(job: CodeJob) {
    this.#job = job
  }

  async carryOut(): Promise<void> {
    const { context, runtime, begin } = await this.#take()
    const { code, values, links, at_ms, seed, bounds } = this.#job
    const given = JSON.stringify({ at_ms, seed, ...bounds })
    const start = this.#valueOf(
      context,
      context.callFunction(begin, context.undefined, [
        context.newFunction('say', (text) => this.#log(context.getString(text))),
        context.newFunction('finish', (what, text) => this.#finish(context.getString(what), context.getString(text))),
        context.newString(given),
      ]),
    )!
    if (this.#valueOf(context, context.evalCode(code, 'code.js')) === null) return
    const found = this.#valueOf(context, context.evalCode("typeof run === 'function' ? run : undefined", 'found.js'))
    if (found === null) return
    const called = [found, context.newString(values), context.newString(JSON.stringify(links))]
    if (this.#valueOf(context, context.callFunction(start, context.undefined, called)) === null) return
    this.#settle(context, runtime)
  }

  async check(): Promise<void> {
    const { context } = await this.#take()
    this.#valueOf(context, context.evalCode(this.#job.code, 'code.js', { compileOnly: true }))
  }

  /** Does what promises wait for, until there is an answer or nothing more to do. */
  #settle(context: QuickJSContext, runtime: QuickJSRuntime): void {
    while (this.json === null && this.fault === null && runtime.hasPendingJob()) {
      const done = runtime.executePendingJobs(1)
      if (done.error) return this.fail(this.explain(describeThrown(context, done.error)))
      if (this.#isLate()) return this.fail(this.explain(''))
    }
    if (this.json !== null || this.fault !== null) return
    this.fail({ code: 'failed', message: 'The promise that run returned never ends: nothing is left to wait for.' })
  }

  async #take(): Promise<Instance> {
    const instance = prepared ?? (await openInstance())
    prepared = null
    instance.runtime.setMemoryLimit(this.#job.bounds.memory_bytes)
    instance.runtime.setInterruptHandler(() => this.#isLate())
    return instance
  }

  /** Null: it has failed, and that is noted. */
  #valueOf(context: QuickJSContext, result: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle | null {
    if (!result.error) return result.value
    this.fail(this.explain(describeThrown(context, result.error)))
    return null
  }

  #isLate(): boolean {
    this.#is_late ||= this.#timer() > this.#job.bounds.time_ms
    return this.#is_late
  }

  #log(text: string): void {
    const room = this.#job.bounds.log_bytes - Buffer.byteLength(this.logs)
    const line = Buffer.from(`${text}\n`)
    this.logs +=
      line.length <= room
        ? line
        : line
            .subarray(0, Math.max(0, room))
            .toString()
            .replace(/\uFFFD+$/, '')
  }

  #finish(what: string, text: string): void {
    const { result_bytes } = this.#job.bounds
    if (this.json !== null || this.fault !== null) return
    if (what === 'failed') this.fail(this.explain(text))
    else if (what === 'result_too_large' || Buffer.byteLength(text) > result_bytes) {
      this.fail({ code: 'result_too_large', message: `What it returned is larger than ${result_bytes} bytes.` })
    } else if (nestingOf(text) > this.#job.bounds.depth) this.fail(this.explain('Maximum call stack size'))
    else this.json = text
  }

  fail(fault: SandboxFault): void {
    if (this.json === null) this.fault ??= fault
  }

  explain(message: string): SandboxFault {
    const { time_ms, memory_bytes } = this.#job.bounds
    if (this.#is_late) return { code: 'timeout', message: `It took more than ${time_ms} ms.` }
    // QuickJS throws null if it has no memory for an error.
    if (message === 'null') return { code: 'memory', message: 'It ran out of memory, or threw null.' }
    const code = codeOf(message)
    if (code === 'memory') {
      return { code, message: `It needed more than ${Math.floor(memory_bytes / 2 ** 20)} MiB of memory.` }
    }
    return { code, message: code === 'too_deep' ? 'Its calls or values are nested too deep.' : message }
  }
}

/** How deep lists and objects of JSON are nested. */
function nestingOf(json: string): number {
  let deepest = 0
  let open = 0
  let in_text = false
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at]
    if (in_text && character === '\\') at += 1
    else if (character === '"') in_text = !in_text
    else if (!in_text && (character === '[' || character === '{')) deepest = Math.max(deepest, (open += 1))
    else if (!in_text && (character === ']' || character === '}')) open -= 1
  }
  return deepest
}

function codeOf(message: string): FaultCode {
  if (/^InternalError: out of memory|Aborted\(|memory access out of bounds|unreachable/i.test(message)) return 'memory'
  if (/^InternalError: stack overflow|Maximum call stack size/i.test(message)) return 'too_deep'
  return message.startsWith('SyntaxError') ? 'syntax' : 'failed'
}

interface Thrown {
  name?: unknown
  message?: unknown
  stack?: unknown
}

function describeThrown(context: QuickJSContext, handle: QuickJSHandle): string {
  const thrown: unknown = context.dump(handle)
  if (typeof thrown !== 'object' || thrown === null) return String(thrown).slice(0, 1000)
  const { name, message, stack } = thrown as Thrown
  const line = /code\.js:(\d+)/.exec(String(stack))?.[1]
  const text = `${String(name)}: ${String(message)}`.slice(0, 1000)
  return line === undefined ? text : `${text} (line ${line})`
}
