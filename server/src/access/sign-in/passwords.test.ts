import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { createPasswords } from './passwords.ts'

/** Weak but fast. */
const cost = { ln: 4, r: 8, p: 1 }
const passwords = createPasswords({ randomBytes, password_cost: cost })

describe('passwords', () => {
  it('are distinguished by their hashes, which never repeat', async () => {
    const [one, two] = [await passwords.hash('correct horse'), await passwords.hash('correct horse')]
    expect(one).not.toBe(two)
    expect(one).not.toContain('horse')
    for (const hash of [one, two]) {
      expect(await passwords.matches('correct horse', hash)).toBe(true)
      expect(await passwords.matches('correct horse ', hash)).toBe(false)
    }
    expect(await passwords.matches('correct horse', null)).toBe(false)
    // The input of the placeholder hash is not a valid password.
    expect(await passwords.matches('', null)).toBe(false)
  })

  it('take the same work to refuse if there is no hash', async () => {
    const slow = createPasswords({ randomBytes, password_cost: { ln: 13, r: 8, p: 1 } })
    const hash = await slow.hash('correct horse')
    const shortest = { known: Infinity, unknown: Infinity }
    for (let round = 0; round < 8; round += 1) {
      for (const who of ['known', 'unknown'] as const) {
        const started = performance.now()
        expect(await slow.matches('a wrong one', who === 'known' ? hash : null)).toBe(false)
        shortest[who] = Math.min(shortest[who], performance.now() - started)
      }
    }
    // Without the work it would take a thousandth.
    expect(shortest.unknown).toBeGreaterThan(shortest.known / 5)
  })

  it('are equal however a keyboard composes the letters', async () => {
    expect(await passwords.matches('cafe\u0301 au lait', await passwords.hash('caf\u00e9 au lait'))).toBe(true)
  })

  it('are checked with the cost of their hash, which is recognized as outdated', async () => {
    const hash = await createPasswords({ randomBytes, password_cost: { ln: 5, r: 4, p: 2 } }).hash('correct horse')
    expect(hash).toMatch(/^\$scrypt\$ln=5,r=4,p=2\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await passwords.matches('correct horse', hash)).toBe(true)
    expect(passwords.isOutdated(hash)).toBe(true)
    expect(passwords.isOutdated(await passwords.hash('x'))).toBe(false)
  })

  it('are hashed with a cost that is strong enough today', async () => {
    expect(await createPasswords({ randomBytes }).hash('correct horse')).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/)
  })

  it('are processed one at a time; a limited number waits, and the rest is refused', async () => {
    const few = createPasswords({ randomBytes, password_cost: { ln: 12, r: 8, p: 1 }, max_waiting: 3 })
    const order: number[] = []
    const calls = Array.from({ length: 6 }, (_, index) => few.hash(`${index}`).then(() => order.push(index)))
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      ...Array.from({ length: 4 }, () => 'fulfilled'),
      'rejected',
      'rejected',
    ])
    expect(order).toEqual([0, 1, 2, 3])
    const refused = (outcomes[5] as PromiseRejectedResult).reason as AppError
    expect(refused).toMatchObject({ error: 'unavailable', retry_after: 10 })
    await few.hash('there is room again')
  })

  it('continue after one that fails', async () => {
    await expect(passwords.matches('x', 'nonsense')).rejects.toThrow('is malformed')
    expect(await passwords.matches('x', await passwords.hash('x'))).toBe(true)
  })
})
