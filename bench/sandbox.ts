// `npm run bench:sandbox`: what an evaluation in a sandbox process takes, as its caller waits for it and in processor time; beside it a
// plain expression, which needs no process. One at a time, in a warm process.
import { systemPorts } from '../server/src/base/ports.ts'
import { readExpression } from '../server/src/sandbox/rules/expression.ts'
import { scopeOf } from '../server/src/sandbox/rules/names.ts'
import { evaluatePlain, newFuel } from '../server/src/sandbox/rules/plain.ts'
import { createSandbox } from '../server/src/sandbox/sandbox.ts'
import { sandboxSettings } from '../server/src/sandbox/settings.ts'
import { createReader } from '../server/src/config/reader.ts'
import { readOptions } from './options.ts'
import { machine, printRows } from './server.ts'

const { times } = readOptions({ times: 500 })
const limits = sandboxSettings.read(createReader({}, sandboxSettings.settings, []))
await using sandbox = createSandbox(systemPorts.clock, limits)

const items = Array.from({ length: 50 }, (_, at) => ({
  id: `item ${at}`,
  price: at * 1.5,
  quantity: at % 7,
  tags: ['a', 'b'],
}))
const names = { values: { ctx: { n1: { status_code: 200, body: { items } } } }, links: [['n1', 'ctx', 'n1']] } as const
const work = { owner: 'one', names, at_ms: Date.now(), signal: new AbortController().signal }

const kinds: Record<string, (run: number) => Promise<unknown>> = {
  'an expression': (run) =>
    sandbox.evaluate({ ...work, expressions: [{ text: '$sum(n1.body.items.(price * quantity))', seed: `${run}` }] }),
  'an expression with a pattern': (run) =>
    sandbox.evaluate({ ...work, expressions: [{ text: 'n1.body.items[id ~> /m 4[0-9]/].id', seed: `${run}` }] }),
  'ten expressions of a step': (run) =>
    sandbox.evaluate({
      ...work,
      expressions: Array.from({ length: 10 }, (_, at) => ({
        text: `$sum(n1.body.items.price) + ${at}`,
        seed: `${run}`,
      })),
    }),
  code: (run) =>
    sandbox.run({
      ...{ ...work, seed: `${run}`, time_ms: 2000 },
      code: 'function run(ctx) { return ctx.n1.body.items.reduce((sum, { price, quantity }) => sum + price * quantity, 0) }',
    }),
}

printRows([
  ['machine', machine],
  ['each', `${times} times`],
])
for (const [name, evaluate] of Object.entries(kinds)) {
  for (let run = 0; run < 10; run += 1) await evaluate(run)
  const taken: number[] = []
  const began = process.cpuUsage()
  for (let run = 0; run < times; run += 1) {
    const began_at = performance.now()
    await evaluate(run)
    taken.push(performance.now() - began_at)
  }
  const { user, system } = process.cpuUsage(began)
  taken.sort((a, b) => a - b)
  const at = (share: number) => `${taken[Math.floor(share * (times - 1))]!.toFixed(1)} ms`
  const server_ms = ((user + system) / 1000 / times).toFixed(2)
  printRows([[name, `p50 ${at(0.5)}, p95 ${at(0.95)}, maximum ${at(1)}; the server's part ${server_ms} ms`]])
}

const { read: plain } = readExpression('n1.status_code = 200 and n1.body.items[price > 70].id = "item 49"')
const began = process.cpuUsage()
for (let run = 0; run < times * 10; run += 1) evaluatePlain(plain!, scopeOf(names), newFuel(), limits.result_bytes)
const { user, system } = process.cpuUsage(began)
printRows([['a plain expression', `${((user + system) / 1000 / times / 10).toFixed(3)} ms of the server`]])
