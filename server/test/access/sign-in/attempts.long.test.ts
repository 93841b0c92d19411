// Many people who sign in at once, where a password costs what it should.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountBucket } from '../../../src/calls/attempts.ts'
import { openBrowser } from '../../support/browser.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../../support/server.ts'
import { newEmail } from './support.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_TRUSTED_PROXIES: 'loopback' }, { ports: { password_cost: undefined } })
})
afterAll(() => server[Symbol.asyncDispose]())

const from = (address: string) => openBrowser(server.url, { 'x-forwarded-for': address })

test('many people who sign in at once do not delay turns, and those beyond the limit are refused', async () => {
  const { agent_id } = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const emails = Array.from({ length: 45 }, newEmail)
  const attempts = emails.map((email, index) =>
    refusal(from(`192.0.2.${index}`).client.signIn({ email, password: 'a wrong passphrase' })),
  )
  let unfinished = attempts.length
  for (const attempt of attempts) void attempt.then(() => (unfinished -= 1))
  for (let message = 0; message < 3; message += 1) {
    await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
  }
  // The turns did not wait for the hashes.
  expect(unfinished).toBeGreaterThan(0)
  const errors = await Promise.all(attempts)
  const refused = errors.filter((error) => error.status === 503)
  expect(refused.length).toBeGreaterThan(0)
  for (const error of refused) expect(error).toMatchObject({ code: 'unavailable', retry_after: 10 })
  expect(errors.filter((error) => error.status === 401).length).toBeGreaterThanOrEqual(33)
  // Otherwise a user who retries as told would soon have used up their attempts.
  const { rows } = await server.database.pool.query<{ subject: Buffer }>(
    'select subject from sign_in_attempts where full_at > clock_timestamp()',
  )
  const counted = new Set(rows.map(({ subject }) => subject.toString('hex')))
  const unheard = emails.filter((_, index) => errors[index]!.status === 503)
  expect(counted.size).toBeGreaterThan(0)
  expect(unheard.filter((email) => counted.has(accountBucket(email).subject.toString('hex')))).toEqual([])
})
