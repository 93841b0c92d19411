import { beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import { systemPorts } from '../base/ports.ts'
import { createLog } from '../telemetry/log.ts'
import { noMetrics } from '../telemetry/metrics.ts'
import { type Load, createLoad } from './load.ts'

const most_turns = 4
let pool = 0
let of: Record<string, number> = {}
let load: Load
let look: () => void

beforeEach(() => {
  const openGauges = (own: () => void) => {
    look = own
    return { loopDelay: () => 0, memory: () => ({ used: 0, limit: null }), [Symbol.dispose]: () => {} }
  }
  load = createLoad({
    limits: { running_turns: most_turns, memory_mb: 0, loop_delay_ms: 75, connection_wait_ms: 250 },
    ports: { clock: systemPorts.clock, random: () => 0, openGauges },
    waits: { begin: () => () => {}, takeLongest: () => ({ pool, of: new Map(Object.entries(of)) }) },
    log: createLog('error'),
    metrics: noMetrics,
  })
  load.start()
  lookAfter({})
})

function lookAfter(owners: Record<string, number>, of_pool = 0): void {
  ;[of, pool] = [owners, of_pool]
  look()
}

const isRefused = (call: () => void): boolean => {
  try {
    call()
    return false
  } catch (error) {
    if (error instanceof AppError && error.error === 'overloaded') return true
    throw error
  }
}
const asOwner = (
  owner: string,
  of_load: 'bulk' | 'normal' | 'critical' = 'normal',
  credential: string | null = owner,
) => isRefused(() => load.admitOwner(of_load, () => credential, owner))
const unproved = (credential: string, of_load: 'bulk' | 'normal' | 'critical' = 'normal') =>
  isRefused(() => load.admit(of_load, () => credential))

describe('waits for the database', () => {
  test('of an organization behind itself refuse its own calls alone', () => {
    lookAfter({ loud: 300, quiet: 20 })
    expect([asOwner('loud', 'bulk'), asOwner('loud')]).toEqual([true, false])
    lookAfter({ loud: 600, quiet: 20 })
    expect([asOwner('loud', 'bulk'), asOwner('loud')]).toEqual([true, true])
    expect([asOwner('quiet', 'bulk'), asOwner('quiet')]).toEqual([false, false])
    expect(asOwner('loud', 'critical')).toBe(false)
    expect(load.holdsTurns).toBe(false)
  })

  test('end with the waits, after a second', () => {
    lookAfter({ loud: 600 })
    lookAfter({})
    expect(asOwner('loud')).toBe(true)
    lookAfter({})
    expect([asOwner('loud', 'bulk'), asOwner('loud')]).toEqual([false, false])
  })

  test('for a connection refuse the calls of all', () => {
    lookAfter({}, 600)
    expect([asOwner('loud'), asOwner('quiet'), unproved('nobody')]).toEqual([true, true, true])
    expect(load.holdsTurns).toBe(true)
  })
})

describe('before a credential is read', () => {
  test('its organization is the one that it proved to be of while the server was tight', () => {
    asOwner('loud')
    lookAfter({ loud: 600 })
    expect(unproved('loud')).toBe(false)
    expect(asOwner('loud')).toBe(true)
    expect(unproved('loud')).toBe(true)
    expect(unproved('another')).toBe(false)
  })

  test('a call counts for nothing', () => {
    for (let n = 0; n < 10 * most_turns; n += 1) unproved('nobody')
    expect(asOwner('loud')).toBe(false)
    const ends = Array.from({ length: most_turns }, () => load.beginCall('loud'))
    expect(asOwner('loud')).toBe(true)
    for (const end of ends) end()
    expect(asOwner('loud')).toBe(false)
  })
})
