import { operations } from '@parley/contract'
import { expect, test } from 'vitest'
import type { Principal } from '../access/authenticate.ts'
import { systemPorts } from '../ports.ts'
import { createWorkShares } from './work-shares.ts'

const memberOf = (organization_id: string) => ({ kind: 'member', access: { organization_id } }) as Principal

/** Calls that go on until they are told to end. */
function startCalls(shares: ReturnType<typeof createWorkShares>) {
  let running = 0
  const end = Promise.withResolvers<void>()
  const start = async (id: keyof typeof operations, principal: Principal | null, count: number) => {
    const before = running
    const ended = Array.from({ length: count }, () =>
      shares.within(operations[id], principal, async () => {
        running += 1
        await end.promise
      }),
    )
    // All that can begin has begun when nothing is left to do now.
    await new Promise(setImmediate)
    return { begun: running - before, ended: Promise.all(ended) }
  }
  return { start, end: end.resolve }
}

test('a lone organization works on some calls at once, and another one begins at once all the same', async () => {
  const { start, end } = startCalls(createWorkShares(systemPorts.clock))
  const loud = await start('listConversations', memberOf('loud'), 100)
  expect(loud.begun).toBe(8)
  const quiet = await start('getConversation', memberOf('quiet'), 1)
  expect(quiet.begun).toBe(1)
  end()
  await Promise.all([loud.ended, quiet.ended])
})

test('what costs more than a request has few places, and takes none of the others', async () => {
  const { start, end } = startCalls(createWorkShares(systemPorts.clock))
  const costly = await start('compareAgentVersions', memberOf('loud'), 10)
  expect(costly.begun).toBe(2)
  const usual = await start('getAgent', memberOf('loud'), 1)
  expect(usual.begun).toBe(1)
  end()
  await Promise.all([costly.ended, usual.ended])
})

test('what waits for a model, and whoever has no credential, needs no place', async () => {
  const { start, end } = startCalls(createWorkShares(systemPorts.clock))
  const waiting = await start('sendConversationMessage', memberOf('loud'), 100)
  expect(waiting.begun).toBe(100)
  const unknown = await start('signIn', null, 100)
  expect(unknown.begun).toBe(100)
  end()
  await Promise.all([waiting.ended, unknown.ended])
})

test('a call that fails gives its place back', async () => {
  const shares = createWorkShares(systemPorts.clock)
  const fail = () =>
    shares.within(operations.listConversations, memberOf('loud'), async () => {
      throw new Error('it fails')
    })
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, fail))
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  const { start, end } = startCalls(shares)
  const after = await start('listConversations', memberOf('loud'), 8)
  expect(after.begun).toBe(8)
  end()
  await after.ended
})
