import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog, openLogOutput } from './log.ts'

test('a terminal gets one line of text for each entry, everything else gets JSON', async () => {
  expect(await openLogOutput('auto', {})).toBeUndefined()
  expect(await openLogOutput('json', { isTTY: true })).toBeUndefined()
  let written = ''
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString()
      done()
    },
  })
  const output = await openLogOutput('auto', { isTTY: true }, destination)
  createLog('info', output).info({ route: '/x', ms: 5 }, 'request')
  await expect.poll(() => written).toMatch(/^\[?.*\d\d:\d\d:\d\d\.\d{3}.*INFO.*request.*\{"route":"\/x","ms":5\}\n$/)
})
