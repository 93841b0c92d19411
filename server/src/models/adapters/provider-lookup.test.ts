import { describe, expect, test } from 'vitest'
import { createProviderLookup } from './provider-lookup.ts'

const address = (last: number) => ({ address: `127.0.0.${last}`, family: 4 })

/** Lookups that end when the test says so, and a patience that ends by hand. */
function startLookup() {
  const asked: { hostname: string; answer: PromiseWithResolvers<{ address: string; family: number }[]> }[] = []
  const patience = new Set<() => void>()
  const lookup = createProviderLookup({
    clock: {
      after(_ms, call) {
        patience.add(call)
        return () => patience.delete(call)
      },
    },
    lookUp(hostname) {
      const answer = Promise.withResolvers<{ address: string; family: number }[]>()
      asked.push({ hostname, answer })
      return answer.promise
    },
  })
  const find = (hostname = 'provider.test', all = true) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    lookup(hostname, { all }, (error, found) => (error ? reject(error) : resolve(found)))
    return promise
  }
  return { asked, find, patience }
}

describe('the lookup of a provider', () => {
  test('is shared by calls that start together, and repeated for later ones', async () => {
    const { asked, find } = startLookup()
    const calls = [find(), find(), find('provider.test', false)]
    expect(asked.map(({ hostname }) => hostname)).toEqual(['provider.test'])
    asked[0]!.answer.resolve([address(1), address(2)])
    expect(await Promise.all(calls)).toEqual([[address(1), address(2)], [address(1), address(2)], '127.0.0.1'])
    const later = find()
    expect(asked).toHaveLength(2)
    asked[1]!.answer.resolve([address(3)])
    expect(await later).toEqual([address(3)])
  })

  test('does not wait for another host', async () => {
    const { asked, find } = startLookup()
    void find('hangs.test')
    const other = find('other.test')
    asked[1]!.answer.resolve([address(1)])
    expect(await other).toEqual([address(1)])
  })

  test('fails with the error of the operating system, and is repeated', async () => {
    const { asked, find } = startLookup()
    const failed = find()
    asked[0]!.answer.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
    await expect(failed).rejects.toMatchObject({ code: 'ENOTFOUND' })
    const again = find()
    asked[1]!.answer.resolve([address(1)])
    expect(await again).toEqual([address(1)])
  })

  test('returns the previous addresses if it fails or is slow', async () => {
    const { asked, find, patience } = startLookup()
    const first = find()
    asked[0]!.answer.resolve([address(1)])
    await first
    const failing = find()
    asked[1]!.answer.reject(new Error('no'))
    expect(await failing).toEqual([address(1)])
    const slow = find()
    for (const end of patience) end()
    expect(await slow).toEqual([address(1)])
    // The slow lookup is not repeated, and counts once it arrives.
    const later = find()
    expect(asked).toHaveLength(3)
    asked[2]!.answer.resolve([address(2)])
    expect(await later).toEqual([address(2)])
    expect(patience.size).toBe(0)
  })
})
