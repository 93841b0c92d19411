// A task in a process of its own: what it can do, and what ends it.
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { IsolationFault, type IsolationLimits, openSeries, runIsolated } from '../../src/isolation/isolation.ts'
import { childrenOf } from './processes.ts'

const module = new URL('./modules.ts', import.meta.url)
let folder: string
let path: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-isolation-'))
  path = join(folder, 'file')
  writeFileSync(path, 'seven b')
})
afterAll(() => rmSync(folder, { recursive: true }))

const usual: IsolationLimits = { seconds: 60, memory_bytes: 256 * 2 ** 20, output_bytes: 2 ** 20 }
const run = (name: string, value: unknown = null, limits: Partial<IsolationLimits> = {}, signal = never()) =>
  runIsolated<unknown>({ module, options: [name, value], path }, { ...usual, ...limits }, signal)
const never = () => new AbortController().signal
/** Inputs one after another. */
const open = () => {
  const limits = { ...usual }
  const series = openSeries(module, limits)
  const ask = (name: string, value: unknown = null, signal = never()) =>
    series.run<unknown>({ bytes: Buffer.from('seven b'), options: [name, value] }, signal)
  return { ask, limits, [Symbol.asyncDispose]: () => series[Symbol.asyncDispose]() }
}
const faultOf = (running: Promise<unknown>) =>
  running.then(
    () => null,
    (error: IsolationFault) => error.kind ?? error,
  )

test('it gets the bytes of its file and answers a value', async () => {
  expect(await run('size')).toBe(7)
  expect(await run('log')).toBe('the answer')
})

test('it has no environment, and is not root', async () => {
  const { env, uid, cwd } = (await run('environment')) as { env: Record<string, string>; uid: number; cwd: string }
  expect(Object.keys(env).filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name))).toEqual(['TZ'])
  if (isOpen(module.pathname)) expect(uid).not.toBe(0)
  expect(cwd).toBe('/')
})

test('it reaches no network, file, process or thread, and cannot make code of text', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  let connections = 0
  server.on('connection', () => (connections += 1))
  const { port } = server.address() as { port: number }
  const attempts = [
    ['connect', port],
    ['request', port],
    ['fetch', port],
    ['read', path],
    ['read', '/etc/passwd'],
    ['write', join(folder, 'new')],
    ['run', ''],
    ['evaluate', ''],
    ['work', ''],
    ['resolve', ''],
    ['signal', ''],
  ]
  await using series = open()
  for (const attempt of attempts) expect([attempt, await series.ask('attempt', attempt)]).toEqual([attempt, 'refused'])
  expect(connections).toBe(0)
  expect(readdirSync(folder)).toEqual(['file'])
  server.close()
})

test.concurrent.for([
  ['spin', null, { seconds: 1 }, 'timeout'],
  ['wait', null, { seconds: 1 }, 'timeout'],
  ['buffers', null, {}, 'memory'],
  ['hold', 400, {}, 'memory'],
  ['much', 2 ** 20, {}, 'output'],
  ['fail', null, {}, 'crashed'],
  ['exit', null, {}, 'crashed'],
  ['abort', null, {}, 'crashed'],
  ['recurse', null, {}, 'crashed'],
] as const)('%s %j ends it', async ([name, value, limits, kind], { expect }) => {
  expect(await faultOf(run(name, value, limits))).toBe(kind)
})

test('time of a processor is bounded apart from the clock', async () => {
  const spinning = run('spin', null, { processor_ms: 300 })
  await expect(spinning).rejects.toThrow('it used more than 300 ms of a processor')
  // It only waits, which uses none.
  const waiting = run('wait', null, { seconds: 1, processor_ms: 300 })
  await expect(waiting).rejects.toThrow('it took more than 1 seconds')
})

describe('a series', () => {
  test('answers one input after another in one process, which ends with it', async () => {
    const series = open()
    const pid = await series.ask('process')
    expect(await series.ask('size')).toBe(7)
    expect(await series.ask('log')).toBe('the answer')
    expect(await series.ask('process')).toBe(pid)
    expect(childrenOf(process.pid)).toEqual([String(pid)])
    await series[Symbol.asyncDispose]()
    expect(childrenOf(process.pid)).toEqual([])
  })

  test('an input that harms its process fails alone, with the right reason', async () => {
    await using series = open()
    expect(await series.ask('size')).toBe(7)
    for (const [name, seconds, kind] of [
      ['exit', usual.seconds, 'crashed'],
      ['wait', 1, 'timeout'],
    ] as const) {
      series.limits.seconds = seconds
      expect(await faultOf(series.ask(name))).toBe(kind)
      series.limits.seconds = usual.seconds
      expect(await series.ask('size')).toBe(7)
    }
  })

  test('an input does not suffer from those before it', async () => {
    await using series = open()
    const pid = await series.ask('process')
    expect(await series.ask('trap')).toBe('set')
    expect(await series.ask('slowly')).toBe(7)
    // One that holds on to memory is replaced before the next input.
    const next = await series.ask('process')
    expect(next).not.toBe(pid)
    expect(await series.ask('leak', 90)).toBe(1)
    expect(await series.ask('leak', 1)).toBe(1)
    // What was not asked for answers nothing.
    expect(await faultOf(series.ask('chat'))).toBe('crashed')
    expect(await series.ask('size')).toBe(7)
  })

  test('an abort ends its process; the next input gets another', async () => {
    await using series = open()
    expect(await series.ask('size')).toBe(7)
    const stop = new AbortController()
    const running = series.ask('wait', null, stop.signal)
    stop.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    expect(await series.ask('size')).toBe(7)
  })
})

test('a process that does not start is no fault of its input', async () => {
  const broken = new URL('./no-such-module.ts', import.meta.url)
  const error: unknown = await runIsolated({ module: broken, options: null, path }, usual, never()).catch((e) => e)
  expect(error).toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(IsolationFault)
  expect((error as Error).message).toMatch(/^a process did not start: .*no-such-module/s)
})

test('what it throws is told', async () => {
  await expect(run('fail')).rejects.toThrow('TypeError: no such thing')
})

test('an abort kills it', async () => {
  const before = new AbortController()
  before.abort(new Error('too late'))
  await expect(run('size', null, {}, before.signal)).rejects.toThrow('too late')
  const during = new AbortController()
  const running = run('spin', null, {}, during.signal)
  await expect.poll(() => childrenOf(process.pid).length).toBeGreaterThan(0)
  during.abort(new Error('not needed'))
  await expect(running).rejects.toThrow('not needed')
  expect(childrenOf(process.pid)).toEqual([])
})

test('no more run at once than there are processors, and an abort ends those that wait', async () => {
  const most = Math.max(2, availableParallelism())
  const stop = new AbortController()
  const running = Array.from({ length: most + 3 }, () => faultOf(run('wait', null, {}, stop.signal)))
  await expect.poll(() => childrenOf(process.pid).length).toBe(most)
  expect(await run('size', null, {}, AbortSignal.timeout(1)).catch((error: Error) => error.name)).toBe('TimeoutError')
  expect(childrenOf(process.pid).length).toBeLessThanOrEqual(most)
  stop.abort(new Error('enough'))
  for (const error of await Promise.all(running)) expect(error).toEqual(new Error('enough'))
})

/** Whether any user can read it: else a process of root stays root. */
const isOpen = (file: string): boolean =>
  file === '/' || (((statSync(file).mode & 1) === 1 || file.endsWith('.ts')) && isOpen(dirname(file)))
