// What a sandbox process does with what it is asked.
import type { ChildAnswer, Names, Question } from '../protocol.ts'
import { checkCode, prepareInstance, runCode } from './code.ts'
import { closeRealm, evaluateExpression, prepareRealm } from './expression.ts'
import { startTimer } from './processor-time.ts'

let values = '{}'
let links: Names['links'] = []

export async function run(bytes: Buffer, question: Question): Promise<ChildAnswer> {
  const timer = startTimer()
  if (question.links !== undefined) {
    values = bytes.toString()
    links = question.links
    closeRealm()
  }
  const answer = await answerTo(question)
  return { json: null, fault: null, logs: '', ...answer, spent_ms: timer() }
}

async function answerTo(question: Question): Promise<Partial<ChildAnswer>> {
  switch (question.ask) {
    case 'expression':
      return evaluateExpression({ ...question, values, links, checks_only: false })
    case 'code':
      return runCode({ ...question, values, links })
    case 'check':
      return { fault: await check(question) }
  }
}

/** Realms and instances that are over are small for the collector, but not for the bound of the process. */
const collects_every = 16
let answers = 0

/** After an answer, while nobody waits. */
export async function prepare(): Promise<void> {
  answers += 1
  if (answers % collects_every === 0) globalThis.gc?.()
  prepareRealm()
  await prepareInstance()
}

const unbounded = { time_ms: 1000, depth: 500, sequence: 100_000, result_bytes: 0 }

async function check({ language, text }: { language: 'jsonata' | 'javascript'; text: string }) {
  if (language === 'javascript') return checkCode(text)
  const job = {
    text,
    values: '{}',
    links: [],
    at_ms: 0,
    seed: [0, 0, 0, 0],
    bounds: unbounded,
    checks_only: true,
  } as const
  return evaluateExpression(job).fault
}

/** The first of each kind would take longer than all others. */
const seed = [1, 2, 3, 4] as const
await runCode({
  ...{ code: 'const run = async () => [new Date()]', values, links, at_ms: 0, seed },
  bounds: { time_ms: 1000, depth: 500, memory_bytes: 2 ** 24, result_bytes: 100, log_bytes: 100 },
})
for (let times = 0; times < 3; times += 1) {
  const text = '$string([1..3]) & $sum(a.b[c = 1].(d * 2)) & $now()'
  evaluateExpression({ text, values, links, at_ms: 0, seed, bounds: unbounded, checks_only: false })
}
await prepare()
