import { operations } from '@parley/contract'
import { expect, test } from 'vitest'
import { systemPorts } from '../base/ports.ts'
import { createWorkShares } from './work-shares.ts'

/** Calls that run until the test ends them. */
function startCalls(shares: ReturnType<typeof createWorkShares>) {
  let running = 0
  const end = Promise.withResolvers<void>()
  const start = async (id: keyof typeof operations, owner: string | null, count: number, input: object = {}) => {
    const before = running
    const ended = Array.from({ length: count }, () =>
      shares.within(
        operations[id],
        owner,
        async () => {
          running += 1
          await end.promise
        },
        input,
      ),
    )
    // When nothing is left to run, every call that can begin has begun.
    await new Promise(setImmediate)
    return { begun: running - before, ended: Promise.all(ended) }
  }
  return { start, end: end.resolve }
}

test('a single organization runs a limited number of calls, and another one can still begin at once', async () => {
  const { start, end } = startCalls(createWorkShares(systemPorts.clock, 20))
  const loud = await start('listConversations', 'loud', 100)
  expect(loud.begun).toBe(8)
  const quiet = await start('getConversation', 'quiet', 1)
  expect(quiet.begun).toBe(1)
  end()
  await Promise.all([loud.ended, quiet.ended])
})

test('calls that cost more than a request have few places of their own', async () => {
  const { start, end } = startCalls(createWorkShares(systemPorts.clock, 20))
  const costly = await start('compareAgentVersions', 'loud', 10)
  expect(costly.begun).toBe(2)
  const usual = await start('getAgent', 'loud', 1)
  expect(usual.begun).toBe(1)
  end()
  await Promise.all([costly.ended, usual.ended])
})

test('lists with transcripts share these places, and other lists do not wait for them', async () => {
  const { start, end } = startCalls(createWorkShares(systemPorts.clock, 20))
  const large = await start('listConversations', 'loud', 10, { include: 'conversation' })
  expect(large.begun).toBe(2)
  const usual = await start('listConversations', 'loud', 1, { limit: 1 })
  expect(usual.begun).toBe(1)
  end()
  await Promise.all([large.ended, usual.ended])
})

test('imports have places of their own', async () => {
  const { start, end } = startCalls(createWorkShares(systemPorts.clock, 20))
  const imports = await start('importConversations', 'loud', 20)
  expect(imports.begun).toBe(2)
  const usual = await start('listConversations', 'loud', 1)
  expect(usual.begun).toBe(1)
  end()
  await Promise.all([imports.ended, usual.ended])
})

test('calls leave connections of their organization to its turns', async () => {
  const { start, end } = startCalls(createWorkShares(systemPorts.clock, 14))
  const calls = await start('listConversations', 'loud', 20)
  // A single organization has seven connections of fourteen.
  expect(calls.begun).toBe(6)
  end()
  await calls.ended
})

test('a single organization runs two calls at once, however few connections there are', async () => {
  const { start, end } = startCalls(createWorkShares(systemPorts.clock, 1))
  const calls = await start('listConversations', 'loud', 20)
  expect(calls.begun).toBe(2)
  end()
  await calls.ended
})

test('calls that wait for a model, events or a password, and calls without a credential, need no place', async () => {
  const { start, end } = startCalls(createWorkShares(systemPorts.clock, 20))
  const waiting = await start('sendConversationMessage', 'loud', 100)
  expect(waiting.begun).toBe(100)
  const streams = await start('listConversationChanges', 'loud', 100)
  expect(streams.begun).toBe(100)
  const passwords = await start('changePassword', 'user', 100)
  expect(passwords.begun).toBe(100)
  const unknown = await start('getHealth', null, 100)
  expect(unknown.begun).toBe(100)
  end()
  await Promise.all([waiting.ended, streams.ended, passwords.ended, unknown.ended])
})

test('a call that fails gives its place back', async () => {
  const shares = createWorkShares(systemPorts.clock, 20)
  const fail = () =>
    shares.within(operations.listConversations, 'loud', async () => {
      throw new Error('it fails')
    })
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, fail))
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  const { start, end } = startCalls(shares)
  const after = await start('listConversations', 'loud', 8)
  expect(after.begun).toBe(8)
  end()
  await after.ended
})
