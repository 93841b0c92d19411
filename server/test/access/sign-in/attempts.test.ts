// Protection against guessing passwords: limits across all nodes, and responses that reveal nothing.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Bucket,
  accountAtAddressBucket,
  accountBucket,
  addressBucket,
  signInBucket,
} from '../../../src/calls/attempts.ts'
import { createPasswords } from '../../../src/access/sign-in/passwords.ts'
import { systemPorts } from '../../../src/base/ports.ts'
import { openBrowser } from '../../support/browser.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { enter, forgetAttempts, givePassword, makePerson, newEmail, password } from './support.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_TRUSTED_PROXIES: 'loopback' })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => forgetAttempts(server))

const from = (address: string, url = server.url) => openBrowser(url, { 'x-forwarded-for': address })

async function newMember() {
  const person = await makePerson(server, server.organization_id)
  await givePassword(server, person)
  return person.email
}

/** Leaves only this many attempts; even on a slow machine none comes back during a test. */
async function useUp({ subject, size, refill_seconds }: Bucket, left = 0) {
  const seconds = (size - left) * refill_seconds + (left > 0 ? -1 : 60)
  await server.database.pool.query(
    `insert into sign_in_attempts values ($1, clock_timestamp() + make_interval(secs => $2))
     on conflict (subject) do update set full_at = excluded.full_at`,
    [subject, seconds],
  )
}

describe('failed attempts', () => {
  const wrongly = (email: string, address: string, url = server.url) =>
    refusal(from(address, url).client.signIn({ email, password: 'a wrong passphrase' }))
  const refused = { status: 429, code: 'rate_limited' }

  test('for one account from one address run out across nodes, and do not affect other addresses', async () => {
    const email = await newMember()
    const node = await server.startAnother({ PARLEY_TRUSTED_PROXIES: 'loopback' })
    await using _ = node
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const error = await wrongly(email, '192.0.2.1', attempt % 2 ? server.url : node.url)
      expect(error).toMatchObject({ status: 401, code: 'unauthorized' })
    }
    // Even the right password is refused; otherwise a guesser could go on.
    const error = await refusal(from('192.0.2.1').client.signIn({ email: email.toUpperCase(), password }))
    expect(error).toMatchObject(refused)
    expect(error.retry_after).toBeGreaterThan(0)
    expect(error.retry_after).toBeLessThanOrEqual(60)
    await from('192.0.2.2').client.signIn({ email, password })
    await from('192.0.2.1').client.signIn({ email: await newMember(), password })
  })

  test('for one account from many addresses run out too, not counting those refused for their address', async () => {
    const email = await newMember()
    await useUp(accountBucket(email), 2)
    await useUp(accountAtAddressBucket(email, '192.0.2.9'))
    for (let attempt = 0; attempt < 5; attempt += 1) expect(await wrongly(email, '192.0.2.9')).toMatchObject(refused)
    for (const address of ['192.0.2.10', '192.0.2.11'])
      expect(await wrongly(email, address)).toMatchObject({ status: 401 })
    const error = await refusal(from('192.0.2.12').client.signIn({ email, password }))
    expect(error).toMatchObject(refused)
    expect(error.retry_after).toBeLessThanOrEqual(60)
  })

  test('of strangers, however many, do not affect the owner at a known address', async () => {
    const email = await newMember()
    await from('192.0.2.20').client.signIn({ email, password })
    await useUp(accountBucket(email))
    expect(await wrongly(email, '192.0.2.21')).toMatchObject(refused)
    await from('192.0.2.20').client.signIn({ email, password })
    // The address is not known for another account, which has its own attempts.
    const other = await newMember()
    await useUp(accountBucket(other))
    expect(await wrongly(other, '192.0.2.20')).toMatchObject(refused)
    await useUp(accountAtAddressBucket(email, '192.0.2.20'))
    expect(await wrongly(email, '192.0.2.20')).toMatchObject(refused)
    // Eventually it is forgotten.
    await server.database.pool.query(`update sign_in_attempts set full_at = full_at - interval '91 days'`)
    await server.database.pool.query('delete from sign_in_attempts where full_at < now()')
    await useUp(accountBucket(email))
    expect(await wrongly(email, '192.0.2.20')).toMatchObject(refused)
  })

  test('of strangers do not affect a signed-in user', async () => {
    const email = await newMember()
    const browser = from('192.0.2.30')
    await browser.client.signIn({ email, password })
    await forgetAttempts(server)
    await useUp(accountBucket(email))
    await browser.client.changePassword({ current_password: password, new_password: 'a horse of another colour' })
  })

  test('for an account that does not exist run out the same way', async () => {
    const email = newEmail()
    await useUp(accountBucket(email))
    const wrong = () => refusal(from('192.0.2.2').client.signIn({ email, password: 'a wrong passphrase' }))
    expect(await wrong()).toMatchObject({ status: 429 })
  })

  test('come back over time', async () => {
    const email = await newMember()
    await useUp(accountBucket(email))
    expect(await refusal(from('192.0.2.2').client.signIn({ email, password }))).toMatchObject({ status: 429 })
    await server.database.pool.query(`update sign_in_attempts set full_at = full_at - interval '130 seconds'`)
    await from('192.0.2.2').client.signIn({ email, password })
  })

  test('from one address run out, for any account, key or invitation', async () => {
    await useUp(addressBucket('192.0.2.1'))
    const browser = from('192.0.2.1')
    const email = await newMember()
    const wanted = { status: 429, code: 'rate_limited' }
    expect(await refusal(browser.client.signIn({ email, password }))).toMatchObject(wanted)
    expect(await refusal(browser.client.signIn({ api_key: server.admin_key }))).toMatchObject(wanted)
    expect(await refusal(browser.client.readInvitation({ token: 'x' }))).toMatchObject(wanted)
    expect(await refusal(browser.client.acceptInvitation({ token: 'x', password }))).toMatchObject(wanted)
    await from('192.0.2.3').client.signIn({ email, password })
  })

  test('that come all at once do not exceed the limit', async () => {
    const email = await newMember()
    const attempts = Array.from({ length: 25 }, (_, index) => wrongly(email, `2001:db8:1:2::${index}`))
    const statuses = (await Promise.all(attempts)).map((error) => error.status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(15)
  })

  test('a success does not count', { timeout: 120_000 }, async () => {
    const email = await newMember()
    for (let attempt = 0; attempt < 12; attempt += 1) await from('192.0.2.1').client.signIn({ email, password })
  })

  test('of a client with an invented address count for its real one', async () => {
    const node = await server.startAnother({ PARLEY_TRUSTED_PROXIES: '' })
    await using _ = node
    await refusal(from('198.51.100.1', node.url).client.signIn({ api_key: 'ak_no.secretsecretsecret' }))
    await refusal(from('198.51.100.2', node.url).client.signIn({ api_key: 'ak_no.secretsecretsecret' }))
    const counted = 'select subject from sign_in_attempts where full_at > clock_timestamp()'
    expect((await server.database.pool.query(counted)).rows).toHaveLength(1)
  })
})

describe('successful sign-ins', () => {
  const limited = { status: 429, code: 'rate_limited' }

  /** How many a bucket has lost afterwards, however long the calls take. */
  async function countTaken({ subject, refill_seconds }: Bucket, act: () => Promise<unknown>): Promise<number> {
    const { pool } = server.database
    const before = `insert into sign_in_attempts values ($1, clock_timestamp() + interval '100 s')
      on conflict (subject) do update set full_at = excluded.full_at returning full_at::text as time`
    const { rows } = await pool.query<{ time: string }>(before, [subject])
    await act()
    const after =
      'select extract(epoch from full_at - $2::timestamptz) as seconds from sign_in_attempts where subject = $1'
    const [row] = (await pool.query<{ seconds: number }>(after, [subject, rows[0]!.time])).rows
    return row!.seconds / refill_seconds
  }

  test('with a password: a number for each account and address, across nodes', async () => {
    const [email, other] = [await newMember(), await newMember()]
    await using node = await server.startAnother({ PARLEY_TRUSTED_PROXIES: 'loopback' })
    const bucket = signInBucket(email, '192.0.2.1')
    const taken = await countTaken(bucket, async () => {
      await from('192.0.2.1').client.signIn({ email, password })
      await from('192.0.2.1', node.url).client.signIn({ email: email.toUpperCase(), password })
    })
    expect(taken).toBe(2)
    await useUp(bucket)
    const error = await refusal(from('192.0.2.1').client.signIn({ email, password }))
    expect(error).toMatchObject(limited)
    expect(error.retry_after).toBeGreaterThan(0)
    await from('192.0.2.2').client.signIn({ email, password })
    await from('192.0.2.1').client.signIn({ email: other, password })
  })

  test('with a key', async () => {
    const { pat_key, key_id } = await server.client.createOrganizationKey({ name: 'Console' })
    const bucket = signInBucket(`ak_${key_id}`, '192.0.2.1')
    const signIn = (address: string, api_key = pat_key) => from(address).client.signIn({ api_key })
    expect(await countTaken(bucket, () => signIn('192.0.2.1'))).toBe(1)
    await useUp(bucket)
    expect(await refusal(signIn('192.0.2.1'))).toMatchObject(limited)
    await signIn('192.0.2.2')
    await signIn('192.0.2.1', server.admin_key)
  })

  test('are not counted if they fail, and cost no attempt if they are refused', async () => {
    const email = await newMember()
    const bucket = signInBucket(email, '192.0.2.1')
    const wrong = () => refusal(from('192.0.2.1').client.signIn({ email, password: 'a wrong passphrase' }))
    expect(await countTaken(bucket, async () => expect(await wrong()).toMatchObject({ status: 401 }))).toBe(0)
    await useUp(bucket)
    const attempts = await countTaken(accountAtAddressBucket(email, '192.0.2.1'), async () =>
      expect(await refusal(from('192.0.2.1').client.signIn({ email, password }))).toMatchObject(limited),
    )
    expect(attempts).toBe(0)
  })
})

describe('what a refusal reveals', () => {
  test('is the same for an unknown account, one without a password, and a wrong password', async () => {
    const nobody = newEmail()
    const { email: without } = await makePerson(server, server.organization_id)
    const bodies = new Set<string>()
    for (const email of [nobody, without, await newMember()]) {
      const error = await refusal(from('192.0.2.1').client.signIn({ email, password: 'a wrong passphrase' }))
      const { request_id: _, ...body } = error.body as Record<string, unknown>
      bodies.add(JSON.stringify([error.status, body]))
    }
    expect([...bodies]).toEqual(['[401,{"detail":"Invalid or missing credentials.","code":"unauthorized"}]'])
  })

  test('does the same work: one hash each', async () => {
    const person = await newMember()
    const { passwords } = server.app.rooms.access
    const asked: (string | null)[] = []
    const { matches } = passwords
    passwords.matches = (text, hash) => {
      asked.push(hash === null ? null : 'hash')
      return matches(text, hash)
    }
    for (const email of [newEmail(), person])
      await refusal(from('192.0.2.1').client.signIn({ email, password: 'a wrong passphrase' }))
    passwords.matches = matches
    expect(asked).toEqual([null, 'hash'])
  })
})

test('a password that is changed while it is checked is refused', async () => {
  const person = await makePerson(server, server.organization_id)
  await givePassword(server, person)
  const { passwords } = server.app.rooms.access
  const { matches } = passwords
  passwords.matches = async (text, hash) => {
    const answer = await matches(text, hash)
    await givePassword(server, person, 'a horse of another colour')
    return answer
  }
  const error = await refusal(openBrowser(server.url).client.signIn({ email: person.email, password }))
  passwords.matches = matches
  expect(error).toMatchObject({ status: 401, code: 'unauthorized' })
  const { rows } = await server.database.pool.query('select id from sessions where user_id = $1', [person.user_id])
  expect(rows).toEqual([])
})

test('a hash with a different cost is replaced when its password is given', async () => {
  const { user_id, email } = await makePerson(server, server.organization_id)
  const old = await createPasswords({ ...systemPorts, password_cost: { ln: 9, r: 8, p: 1 } }).hash(password)
  await server.database.pool.query('insert into passwords values ($1, $2, true)', [user_id, old])
  const hashOf = async () =>
    (await server.database.pool.query<{ hash: string }>('select hash from passwords where user_id = $1', [user_id]))
      .rows[0]!.hash
  await refusal(openBrowser(server.url).client.signIn({ email, password: 'a wrong passphrase' }))
  expect(await hashOf()).toBe(old)
  await enter(server, email)
  expect(await hashOf()).toMatch(/^\$scrypt\$ln=10,r=8,p=1\$/)
  await enter(server, email)
})

test('expired rows are deleted', async () => {
  const { browser, person } = {
    person: await makePerson(server, server.organization_id),
    browser: openBrowser(server.url),
  }
  await givePassword(server, person)
  await browser.client.signIn({ email: person.email, password })
  const live = await server.client.createInvitation({ email: newEmail(), role: 'viewer' })
  const dead = await server.client.createInvitation({ email: newEmail(), role: 'viewer' })
  const { pool } = server.database
  await pool.query('delete from sign_in_attempts')
  await pool.query(
    `insert into sign_in_attempts values ('\\x01', now() - interval '1 s'), ('\\x02', now() + interval '1 h')`,
  )
  await pool.query(`update invitations set expires_at = now() where id = $1`, [dead.invitation_id])
  await pool.query(`update sessions set last_used_at = now() - interval '9 hours' where user_id = $1`, [person.user_id])
  await enter(server, person.email)
  await pool.query(
    `insert into work_arrivals (kind, owner, subject, due_at) values ('clean_up_sign_in', 'all', '', now())`,
  )
  const count = async (sql: string, value: string) => (await pool.query(sql, [value])).rows.length
  await expect
    .poll(() => count('select id from sessions where user_id = $1', person.user_id), { timeout: 40_000 })
    .toBe(1)
  await expect.poll(() => count('select id from invitations where id = $1', dead.invitation_id)).toBe(0)
  await expect.poll(() => count(`select 1 from sign_in_attempts where subject = $1`, '\\x01')).toBe(0)
  expect(await count(`select 1 from sign_in_attempts where subject = $1`, '\\x02')).toBe(1)
  expect(await count('select id from invitations where id = $1', live.invitation_id)).toBe(1)
})
