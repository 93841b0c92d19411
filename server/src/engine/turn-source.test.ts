import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { CallRun, FoundTurn } from './running-turn.ts'
import type { TurnTool } from './tools/turn-tool.ts'
import { type TurnSource, prepareSources } from './turn-source.ts'

const turn = {} as FoundTurn

function setUp() {
  const controller = new AbortController()
  const logged: object[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(JSON.parse(line) as object) })
  return { controller, logged, run: { signal: controller.signal, log } as unknown as CallRun }
}

function sourceOf(name: string, closed: string[] = []): TurnSource {
  const tools = [{ name: `${name}_tool` } as TurnTool]
  const close = () => void closed.push(name)
  return { name, prepare: async () => ({ tools, notices: [`${name} is there.`], [Symbol.dispose]: close }) }
}

function failing(error: unknown): TurnSource {
  return {
    name: 'broken',
    prepare: async () => {
      throw error
    },
  }
}

test('additions of sources keep their order, and all of them are disposed of', async () => {
  const { run } = setUp()
  const closed: string[] = []
  const added = await prepareSources([sourceOf('a', closed), sourceOf('b', closed)], turn, run)
  expect(added.tools.map(({ name }) => name)).toEqual(['a_tool', 'b_tool'])
  expect(added.notices).toEqual(['a is there.', 'b is there.'])
  expect(closed).toEqual([])
  added[Symbol.dispose]()
  expect(closed).toEqual(['a', 'b'])
})

test('a source that fails adds only a notice, and is logged', async () => {
  const { run, logged } = setUp()
  const added = await prepareSources([failing(new Error('bug')), sourceOf('b')], turn, run)
  expect(added.tools.map(({ name }) => name)).toEqual(['b_tool'])
  expect(added.notices).toEqual(['b is there.', 'A part of what you usually have is currently unavailable: broken.'])
  expect(logged).toEqual([
    expect.objectContaining({ source: 'broken', err: expect.objectContaining({ message: 'bug' }) }),
  ])
})

test('an unavailable database fails the attempt, so that the next one has the tools', async () => {
  const { run } = setUp()
  const closed: string[] = []
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  await expect(prepareSources([sourceOf('a', closed), failing(away)], turn, run)).rejects.toBe(away)
  expect(closed).toEqual(['a'])
})

test('an aborted attempt ends with the reason of the signal', async () => {
  const { run, controller } = setUp()
  const closed: string[] = []
  const reason = new Error('halted')
  const waiting: TurnSource = {
    name: 'slow',
    prepare: (_turn, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('it broke off')))),
  }
  const prepared = prepareSources([sourceOf('a', closed), waiting], turn, run)
  controller.abort(reason)
  await expect(prepared).rejects.toBe(reason)
  expect(closed).toEqual(['a'])
})
