// Guessing a password locks nobody out, and everything created with a stolen session ends with it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTokenForUser } from '../../src/access/administration.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { openBrowser } from '../support/browser.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { enter, forgetAttempts, givePassword, makePerson, password } from '../access/sign-in/support.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_TRUSTED_PROXIES: 'loopback' })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => forgetAttempts(server))

const from = (address: string) =>
  openBrowser(server.url, { 'x-forwarded-for': address, 'sec-fetch-site': 'same-origin' })

async function newMember() {
  const person = await makePerson(server, server.organization_id)
  await givePassword(server, person)
  return person
}

describe('wrong passwords', () => {
  test('of a stranger do not lock the owner out, even at an address never used before', async () => {
    const person = await makePerson(server, server.organization_id)
    await givePassword(server, person)
    const { email } = person
    for (let attempt = 0; attempt < 12; attempt += 1)
      await refusal(from('198.51.100.1').client.signIn({ email, password: 'a wrong passphrase' }))
    await from('192.0.2.1').client.signIn({ email, password })
  })
})

const keyIdOf = (text: string) => text.slice(text.indexOf('_') + 1, text.indexOf('.'))

describe('tokens that were created with a session', { timeout: 120_000 }, () => {
  const holder = (pat_key: string) => server.as({ token: pat_key, organization_id: server.organization_id })
  const works = async (pat_key: string) => {
    const outcome = await holder(pat_key)
      .getMyScopes()
      .then(
        () => true,
        (error: { status: number }) => error.status,
      )
    return outcome === 401 ? false : outcome
  }
  const mint = async (client: ReturnType<typeof holder>) =>
    (await client.createPersonalAccessToken({ name: 'Minted' })).pat_key

  /** A user with two sessions, what a thief created with one of them, and what else the owner has. */
  async function stealSession() {
    const person = await newMember()
    const [owner, thief] = [await enter(server, person.email), await enter(server, person.email)]
    const stolen = await mint(thief.client)
    const child = await mint(holder(stolen))
    const own = await mint(owner.client)
    const administration = { database: server.database, ports: systemPorts }
    const { secret: by_operator } = await createTokenForUser(administration, person)
    return { person, owner, thief, stolen, child, own, by_operator }
  }

  test('end with the sessions that a new password ends, and so do tokens created with these tokens', async () => {
    const { owner, stolen, child, own, by_operator } = await stealSession()
    await owner.client.changePassword({ current_password: password, new_password: 'a horse of another colour' })
    expect([await works(stolen), await works(child)]).toEqual([false, false])
    expect([await works(own), await works(by_operator)]).toEqual([true, true])
  })

  test('end with a new password even if their session was signed out before', async () => {
    const { owner, thief, stolen, child } = await stealSession()
    await thief.client.signOut()
    expect(await works(stolen)).toBe(true)
    await owner.client.changePassword({ current_password: password, new_password: 'a horse of another colour' })
    expect([await works(stolen), await works(child)]).toEqual([false, false])
  })

  test('end with all sessions, those created on the command line stay', async () => {
    const { owner, stolen, child, own, by_operator } = await stealSession()
    await owner.client.signOutEverywhere()
    expect([await works(stolen), await works(child), await works(own)]).toEqual([false, false, false])
    expect(await works(by_operator)).toBe(true)
  })

  test('end when the operator chooses another password', async () => {
    const { person, stolen, own, by_operator } = await stealSession()
    await givePassword(server, person, 'a horse of another colour')
    expect([await works(stolen), await works(own), await works(by_operator)]).toEqual([false, false, true])
  })

  test.each(['changePassword', 'signOutEverywhere'] as const)('%s ends every other token, if asked', async (way) => {
    const { owner, stolen, own, by_operator } = await stealSession()
    const personal_access_tokens = 'all'
    await (way === 'changePassword'
      ? owner.client.changePassword({
          current_password: password,
          new_password: 'x'.repeat(12),
          personal_access_tokens,
        })
      : owner.client.signOutEverywhere({ personal_access_tokens }))
    expect([await works(stolen), await works(own), await works(by_operator)]).toEqual([false, false, false])
  })

  /** Blocks a new token after the checks, before it is written. */
  async function withGate(
    work: (gate: { countWaiting(): Promise<number>; open(): Promise<unknown> }) => Promise<void>,
  ) {
    const { pool } = server.database
    const gate = await pool.connect()
    const countWaiting = async () =>
      (
        await pool.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).rows.length
    try {
      await pool.query(`create function wait_at_gate() returns trigger language plpgsql as
        $$ begin perform pg_advisory_xact_lock(42); return new; end $$`)
      await pool.query('create trigger gate before insert on credentials for each row execute function wait_at_gate()')
      await gate.query('select pg_advisory_lock(42)')
      await work({ countWaiting, open: () => gate.query('select pg_advisory_unlock(42)') })
    } finally {
      await gate.query('select pg_advisory_unlock_all()')
      gate.release()
      await pool.query('drop function if exists wait_at_gate cascade')
    }
  }

  test.each(['session', 'token'] as const)('created by a %s while it ends do not outlive it', async (minter) => {
    const { thief, stolen, owner } = await stealSession()
    await withGate(async ({ countWaiting, open }) => {
      const minted = mint(minter === 'session' ? thief.client : server.as({ token: stolen }))
      await expect.poll(countWaiting, { timeout: 40_000 }).toBe(1)
      let isOver = false
      const ended = owner.client.signOutEverywhere().then(() => (isOver = true))
      await expect.poll(async () => isOver || (await countWaiting()) === 2, { timeout: 40_000 }).toBe(true)
      await open()
      const token = await minted
      await ended
      expect(await works(token)).toBe(false)
    })
  })

  test('created by a token while it is deleted are listed once it is gone', async () => {
    const { stolen, owner } = await stealSession()
    const idsOf = async () => (await owner.client.listPersonalAccessTokens({})).data.map(({ key_id }) => key_id)
    await withGate(async ({ countWaiting, open }) => {
      const minted = server.as({ token: stolen }).createPersonalAccessToken({ name: 'Late' })
      await expect.poll(countWaiting, { timeout: 40_000 }).toBe(1)
      let isOver = false
      const left = owner.client.deletePersonalAccessToken({ key_id: keyIdOf(stolen) }).then(async () => {
        const ids = await idsOf()
        isOver = true
        return ids
      })
      await expect.poll(async () => isOver || (await countWaiting()) === 2, { timeout: 40_000 }).toBe(true)
      await open()
      const { key_id } = await minted
      expect(await left).toContain(key_id)
      expect(await left).not.toContain(keyIdOf(stolen))
    })
  })

  test('cannot be created by a credential that has just ended', async () => {
    const { thief, stolen, owner } = await stealSession()
    await owner.client.signOutEverywhere()
    for (const client of [thief.client, server.as({ token: stolen })])
      expect(await refusal(client.createPersonalAccessToken({ name: 'Late' }))).toMatchObject({ status: 401 })
  })
})
