import { expect, test } from 'vitest'
import { judgeAddresses, newAddress } from './frontier.ts'

const addresses = Array.from({ length: 100 }, (_, n) => newAddress(`https://a.example/${n}`, { via: 'link' }))

/** Each judgement takes this long. */
function judge(ms: number, signal = new AbortController().signal) {
  let now = 0
  const scope = (url: string) => {
    now += ms
    return url.endsWith('/1') ? 'left out' : null
  }
  const core = { ports: { clock: { monotonic: () => now } } }
  return judgeAddresses({ scope, core, port: { signal } } as unknown as Parameters<typeof judgeAddresses>[0], addresses)
}

test('addresses get the reason why they are left out', async () => {
  const judged = await judge(0)
  expect(judged).toHaveLength(100)
  expect(judged.filter(({ excluded }) => excluded !== null).map(({ url }) => url)).toEqual(['https://a.example/1'])
})

test('patterns that take long let others go on, and end', async () => {
  let others = 0
  const count = () => {
    others += 1
    if (others < 1000) setImmediate(count)
  }
  setImmediate(count)
  const judged = await judge(1000)
  expect(others).toBeGreaterThan(5)
  expect(judged).toHaveLength(11)
  const stop = new AbortController()
  stop.abort(new Error('stopped'))
  await expect(judge(1000, stop.signal)).rejects.toThrow('stopped')
})
