// Evaluates expressions (JSONata) and code (JavaScript) of customers in processes without rights, within bounds. It knows nothing of what
// they are for.
import type { Clock } from '../base/ports.ts'
import type { TimeLimits } from '../isolation/task.ts'
import { createPool, type HeldProcess, kindOf, type Pool } from './pool.ts'
import type { ChildAnswer, FaultCode, Names, Question, SandboxFault } from './protocol.ts'
import { readExpression } from './rules/expression.ts'
import { readPlain } from './rules/plain-syntax.ts'
import { seedOf } from './rules/seed.ts'
import type { SandboxLimits } from './settings.ts'

export type { FaultCode, Names, SandboxFault }

export type Outcome = { value: unknown; fault: null } | { value: null; fault: SandboxFault }

/** What time it is for all of it, and what its random functions begin with. */
interface Surroundings {
  /** Whose turn it is among those that wait: an organization. */
  owner: string
  names: Names
  at_ms: number
  signal: AbortSignal
}

export interface ExpressionWork extends Surroundings {
  /** In this order. `seed`: the same text, the same random numbers. */
  expressions: readonly { text: string; seed: string }[]
  /** Whether those behind this outcome are not evaluated. Default: after a fault. */
  isLast?: (outcome: Outcome) => boolean
  /** Of one. Default: the limit of the settings. */
  time_ms?: number
  /** What several evaluations of a step may take together; it is reduced. Default: the limit of the settings, for this one alone. */
  time?: TimeLeft
}

/** Of a processor. */
export interface TimeLeft {
  left_ms: number
}

export interface CodeWork extends Surroundings {
  code: string
  seed: string
  time_ms: number
}

export interface Sandbox extends AsyncDisposable {
  /**
   * One outcome for each expression up to the last one that was evaluated. Throws `ShareExhausted` if it waited too long for a process,
   * the signal's reason, or another error where no process could be run: none of these is a fault of an expression.
   */
  evaluate(work: ExpressionWork): Promise<Outcome[]>
  /** Throws as `evaluate`. */
  run(work: CodeWork): Promise<Outcome & { logs: string }>
  /** Null for each text that can be read. Throws as `evaluate`. */
  check(work: {
    owner: string
    texts: readonly { language: 'jsonata' | 'javascript'; text: string }[]
    signal: AbortSignal
  }): Promise<(SandboxFault | null)[]>
}

const mebibyte = 2 ** 20
const depth = 500
const sequence = 100_000
const code_memory_bytes = 48 * mebibyte
/** A process that gets no processor at all, on a machine that is far too busy, is not waited for without end. */
const patience_seconds = 30
const patience = 10
/** Until a bound within the process has to be enforced from outside: native work is not interrupted there. */
const grace_ms = 100
const check_ms = 250

export function createSandbox(clock: Pick<Clock, 'after'>, limits: SandboxLimits): Sandbox {
  const pool = createPool({ clock, ...limits })
  return new ProcessSandbox(pool, limits)
}

class ProcessSandbox implements Sandbox {
  readonly #pool: Pool
  readonly #limits: SandboxLimits

  constructor(pool: Pool, limits: SandboxLimits) {
    this.#pool = pool
    this.#limits = limits
  }

  evaluate(work: ExpressionWork): Promise<Outcome[]> {
    const { expressions, names, at_ms, isLast = ({ fault }) => fault !== null } = work
    const { expression_ms, visit_ms, result_bytes } = this.#limits
    const outcomes: Outcome[] = []
    const time = work.time ?? { left_ms: visit_ms }
    return this.#hold(work.owner, names, work.signal, async (ask) => {
      for (const { text, seed } of expressions) {
        const time_ms = Math.min(work.time_ms ?? expression_ms, time.left_ms)
        const bounds = { time_ms, depth, sequence, result_bytes }
        const answer = await ask({ ask: 'expression', text, at_ms, seed: seedOf(seed), bounds }, time_ms)
        time.left_ms = Math.max(1, time.left_ms - answer.spent_ms)
        const is_over = time.left_ms <= 1 && answer.fault?.code === 'timeout'
        const outcome = is_over ? stepOver(visit_ms) : outcomeOf(answer)
        outcomes.push(outcome)
        if (isLast(outcome)) break
      }
      return outcomes
    })
  }

  run({ owner, names, signal, code, at_ms, seed, time_ms }: CodeWork): Promise<Outcome & { logs: string }> {
    const { result_bytes, log_bytes } = this.#limits
    return this.#hold(owner, names, signal, async (ask) => {
      const bounds = { time_ms, depth, memory_bytes: code_memory_bytes, result_bytes, log_bytes }
      const answer = await ask({ ask: 'code', code, at_ms, seed: seedOf(seed), bounds }, time_ms)
      return { ...outcomeOf(answer), logs: answer.logs }
    })
  }

  check({ owner, texts, signal }: Parameters<Sandbox['check']>[0]): Promise<(SandboxFault | null)[]> {
    return this.#hold(owner, { values: {}, links: [] }, signal, async (ask) => {
      const faults: (SandboxFault | null)[] = []
      for (const text of texts) {
        faults.push(isPlain(text) ? null : (await ask({ ask: 'check', ...text }, check_ms)).fault)
      }
      return faults
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }

  /** With a process that is told the names by its first question. One that is ended by a question is replaced for the next one. */
  #hold<T>(
    owner: string,
    { values, links }: Names,
    signal: AbortSignal,
    work: (ask: (question: Question, time_ms: number) => Promise<ChildAnswer>) => Promise<T>,
  ): Promise<T> {
    return this.#pool.hold(owner, signal, async (next) => {
      const json = writeNames(values)
      if (json === null) return work(async () => tooDeep)
      let held: HeldProcess | null = null
      const askOnce = async (question: Question, time_ms: number) => {
        const is_new = held === null || held.is_over
        const process = is_new || held === null ? await next() : held
        held = process
        const was_used = process.is_used
        try {
          const asked = is_new ? { ...question, links } : question
          return await process.ask(asked, is_new ? json : nothing, timeLimits(time_ms), signal)
        } catch (error) {
          const kind = kindOf(error)
          if (signal.aborted || kind === null) throw error
          // Another evaluation may have left little memory, or the system may have ended it while it was idle.
          if (was_used && (kind === 'memory' || kind === 'crashed')) return null
          return endedBy(kind, time_ms, this.#limits)
        }
      }
      return work(async (question, time_ms) => {
        const answer = (await askOnce(question, time_ms)) ?? (await askOnce(question, time_ms))
        return answer ?? endedBy('crashed', time_ms, this.#limits)
      })
    })
  }
}

const nothing = Buffer.alloc(0)

const tooDeep: ChildAnswer = {
  ...{ json: null, logs: '', spent_ms: 0 },
  fault: { code: 'too_deep', message: 'The values that it sees are nested too deep.' },
}

/** Null: they are nested too deep. */
function writeNames(values: Names['values']): Buffer | null {
  try {
    return Buffer.from(JSON.stringify(values))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function isPlain({ language, text }: { language: 'jsonata' | 'javascript'; text: string }): boolean {
  const expression = language === 'jsonata' ? readExpression(text).read : null
  return expression !== null && readPlain(expression.tokens) !== null
}

const timeLimits = (time_ms: number): TimeLimits => ({
  processor_ms: time_ms + grace_ms,
  seconds: patience_seconds + (time_ms * patience) / 1000,
})

function outcomeOf({ json, fault }: ChildAnswer): Outcome {
  if (fault !== null) return { value: null, fault }
  return { value: JSON.parse(json ?? 'null') as unknown, fault: null }
}

const stepOver = (visit_ms: number): Outcome => ({
  value: null,
  fault: { code: 'timeout', message: `All expressions of the step took more than ${visit_ms} ms.` },
})

/** What ended a process from outside. */
function endedBy(
  kind: NonNullable<ReturnType<typeof kindOf>>,
  time_ms: number,
  { memory_bytes, result_bytes }: SandboxLimits,
): ChildAnswer {
  const faults: Record<typeof kind, SandboxFault> = {
    timeout: { code: 'timeout', message: `It took more than ${time_ms} ms.` },
    memory: { code: 'memory', message: `It needed more than ${Math.floor(memory_bytes / mebibyte)} MiB of memory.` },
    output: { code: 'result_too_large', message: `Its result is larger than ${result_bytes} bytes.` },
    crashed: { code: 'crashed', message: 'It ended its process.' },
  }
  return { json: null, fault: faults[kind], logs: '', spent_ms: time_ms }
}
