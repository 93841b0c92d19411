import { expect, test } from 'vitest'
import { type Judging, judgeAddress, judgeAddresses, newAddress } from './frontier.ts'

const addresses = Array.from({ length: 1200 }, (_, n) => newAddress(`https://a.example/${n}`, { via: 'link' }))

/** A crawl whose patterns get through so many addresses of each call. */
function crawlOf(most: number, signal = new AbortController().signal) {
  const warnings: unknown[] = []
  const calls: number[] = []
  const tx = { organization_id: 'o', send: (_statement: unknown, values: unknown[]) => void warnings.push(values[2]) }
  const judging = {
    crawl: { id: 'c' },
    reader: {
      judge: async (_rules: unknown, urls: string[]) => {
        calls.push(urls.length)
        return urls.slice(0, most).map((url) => (url.endsWith('/1') ? 'left out' : null))
      },
    },
    port: { signal, commit: async (write: (to: typeof tx) => Promise<void>) => write(tx) },
  }
  return { warnings, calls, judging: judging as unknown as Judging }
}

test('addresses get the reason why they are left out, some at a time', async () => {
  const { judging, calls, warnings } = crawlOf(1000)
  const judged = await judgeAddresses(judging, addresses)
  expect(judged.map(({ url }) => url)).toEqual(addresses.map(({ url }) => url))
  expect(judged.filter(({ excluded }) => excluded !== null).map(({ url }) => url)).toEqual(['https://a.example/1'])
  expect(calls).toEqual([500, 500, 200])
  expect(warnings).toEqual([])
})

test('what patterns take too long for is dropped, with a warning', async () => {
  const { judging, calls, warnings } = crawlOf(7)
  expect(await judgeAddresses(judging, addresses)).toHaveLength(7)
  expect(calls).toEqual([500])
  expect(warnings).toEqual([expect.stringContaining('the patterns of the options take too much time')])
  expect(await judgeAddress(crawlOf(0).judging, 'https://a.example/2')).toContain('too long')
  expect(await judgeAddress(crawlOf(1).judging, 'https://a.example/2')).toBeNull()
})

test('a run that is stopped judges no more', async () => {
  const stop = new AbortController()
  const { judging, calls } = crawlOf(1000, stop.signal)
  stop.abort(new Error('stopped'))
  await expect(judgeAddresses(judging, addresses)).rejects.toThrow('stopped')
  expect(calls).toHaveLength(1)
})
