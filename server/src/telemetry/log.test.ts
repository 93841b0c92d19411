import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog, gatherLines, openLogOutput } from './log.ts'

function collect() {
  const written: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString())
      done()
    },
  })
  return { written, destination }
}

test('a terminal gets one line of text for each entry', async () => {
  const { written, destination } = collect()
  const output = await openLogOutput('auto', { isTTY: true }, destination)
  createLog('info', output).info({ route: '/x', ms: 5 }, 'request')
  await expect
    .poll(() => written.join(''))
    .toMatch(/^\[?.*\d\d:\d\d:\d\d\.\d{3}.*INFO.*request.*\{"route":"\/x","ms":5\}\n$/)
})

test.each([
  ['auto', {}],
  ['json', { isTTY: true }],
] as const)('everything else gets JSON (%s)', async (format, terminal) => {
  const { written, destination } = collect()
  createLog('info', await openLogOutput(format, terminal, destination)).info({ ms: 5 }, 'request')
  await expect
    .poll(() => written.map((line) => JSON.parse(line) as object))
    .toEqual([expect.objectContaining({ ms: 5, msg: 'request' })])
})

test('the first line of a round is written at once, the others together at its end, and errors at once with what waits', async () => {
  const written: string[] = []
  const lines = gatherLines({ write: (text) => void written.push(text) })
  const log = createLog('info', lines)
  const messages = () => written.map((text) => text.match(/(?<="msg":")[^"]*/g)!.join(' '))
  const round = () => new Promise((resolve) => setImmediate(resolve))
  for (const message of ['one', 'two', 'three']) log.info(message)
  expect(messages()).toEqual(['one'])
  await round()
  expect(messages()).toEqual(['one', 'two three'])
  for (const message of ['four', 'five']) log.info(message)
  log.error('six')
  log.info('seven')
  expect(messages().slice(2)).toEqual(['four', 'five six'])
  lines.flushSync()
  expect(messages().slice(4)).toEqual(['seven'])
  await round()
  expect(messages()).toHaveLength(5)
})
