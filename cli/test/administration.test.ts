// What `parley` lists and deletes directly in the database, beside a running server.
import { randomUUID } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { version } from '../../server/src/base/version.ts'
import { createTestDatabase } from '../../server/test/support/database.ts'
import { type TestServer, refusal, startTestServer } from '../../server/test/support/server.ts'
import { runInDatabase } from './beside-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const run = (args: string[], connection_string = server.connection_string) => runInDatabase(connection_string, args)

async function succeed(...args: string[]): Promise<string> {
  const outcome = await run(args)
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 })
  return outcome.stdout
}

async function listed(...args: string[]): Promise<Record<string, unknown>[]> {
  const lines = (await succeed(...args, '--json')).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
}

const fieldOf = (stdout: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stdout)?.[1] ?? ''

it('lists organizations, without their settings', async () => {
  const slug = `acme-${randomUUID()}`
  const id = fieldOf(await succeed('org', 'create', '--name', 'Acme', '--slug', slug), 'id')
  expect(await listed('org', 'list')).toContainEqual({ id, slug, name: 'Acme', created_at: expect.any(String) })
  expect(await succeed('org', 'list')).toMatch(new RegExp(`^ID +SLUG +NAME +CREATED\n(.*\n)*${id}  ${slug} +Acme  `))
})

it('moves an organization with all below it, and deletes one without children, after its slug was named once more', async () => {
  const make = async (name: string) => {
    const made = await succeed('org', 'create', '--name', name, '--slug', `${name.toLowerCase()}-${randomUUID()}`)
    return { id: fieldOf(made, 'id'), slug: fieldOf(made, 'slug'), key: made.trimEnd().split('\n').at(-1)! }
  }
  const [above, child] = [await make('Above'), await make('Child')]
  const partner = server.as({ token: above.key })
  const childrenOf = async () => (await partner.listChildOrganizations()).data.map(({ id }) => id)
  expect(await run(['org', 'move', child.slug])).toMatchObject({ code: 2, stderr: expect.stringContaining('--parent') })
  expect(await succeed('org', 'move', child.slug, '--parent', above.slug)).toBe(
    `id: ${child.id}\nparent_id: ${above.id}\n`,
  )
  expect(await childrenOf()).toEqual([child.id])
  expect(await run(['org', 'move', above.slug, '--parent', child.slug])).toMatchObject({ code: 1 })
  const remove = (slug: string, confirm: string) => run(['org', 'delete', slug, '--confirm', confirm])
  expect(await remove(above.slug, above.slug)).toMatchObject({ code: 1 })
  expect(await succeed('org', 'move', child.slug, '--top')).toBe(`id: ${child.id}\nparent_id: none\n`)
  expect(await childrenOf()).toEqual([])
  expect(await remove(above.slug, child.slug)).toMatchObject({ code: 2, stderr: expect.stringContaining('--confirm') })
  expect(await childrenOf()).toEqual([])
  expect(await remove(above.slug, above.slug)).toMatchObject({ code: 0, stdout: `id: ${above.id}\n` })
  expect(await refusal(partner.getOrganization())).toMatchObject({ status: 401 })
  expect((await listed('org', 'list')).filter(({ id }) => id === above.id)).toEqual([])
  expect(await run(['org', 'create', '--name', 'Again', '--slug', above.slug])).toMatchObject({ code: 1 })
  const { rows } = await server.database.pool.query<{ action: string }>(
    `select action from audit_entries where organization_id = any($1) and via = 'cli' order by organization_id = $2, sequence`,
    [[above.id, child.id], above.id],
  )
  expect(rows.map(({ action }) => action)).toEqual([
    ...['parley org create', 'parley org move', 'parley org move'],
    ...['parley org create', 'parley org delete'],
  ])
})

it('lists keys without secrets; a deleted one is refused at once', async () => {
  const created = await succeed('key', 'create', '--org', server.organization_id, '--scopes', 'agents:read')
  const [key_id, token] = [fieldOf(created, 'key_id'), created.trimEnd().split('\n').at(-1)!]
  const client = server.as({ token })
  await client.listAgents({})
  const [key] = (await listed('key', 'list', '--org', server.organization_id)).filter((one) => one['key_id'] === key_id)
  expect(key).toMatchObject({ scopes: ['agents:read'], expires_at: null })
  expect(JSON.stringify(key)).not.toContain(token.split('.')[1])
  expect(await succeed('key', 'list', '--org', server.organization_id)).toMatch(new RegExp(`${key_id} .*agents:read`))
  const remove = ['key', 'delete', key_id, '--org', server.organization_id]
  expect(await succeed(...remove)).toBe(`key_id: ${key_id}\n`)
  expect(await refusal(client.listAgents({}))).toMatchObject({ status: 401 })
  expect(await run(remove)).toMatchObject({ code: 1, stderr: `parley: Key "${key_id}" not found\n` })
})

it('lists and removes a user of an organization, and their tokens', async () => {
  const [email, org] = [`${randomUUID()}@example.test`, server.organization_id]
  await succeed('user', 'create', '--email', email, '--org', org, '--role', 'viewer', '--name', 'Ada')
  const created = await succeed('token', 'create', '--user', email, '--name', 'Laptop')
  const [key_id, token] = [fieldOf(created, 'key_id'), created.trimEnd().split('\n').at(-1)!]
  const client = server.as({ token, organization_id: org })
  await client.listAgents({})
  expect(await listed('user', 'list', '--org', org)).toMatchObject([{ email, role: 'viewer', name: 'Ada' }])
  expect(await listed('token', 'list', '--user', email)).toMatchObject([{ key_id, name: 'Laptop' }])
  await succeed('user', 'delete', '--email', email, '--org', org)
  expect(await refusal(client.listAgents({}))).toMatchObject({ status: 401 })
  expect(await listed('user', 'list', '--org', org)).toEqual([])
  expect(await succeed('token', 'delete', key_id, '--user', email)).toBe(`key_id: ${key_id}\n`)
  expect(await run(['token', 'list', '--user', email])).toMatchObject({ code: 0, stderr: 'The list is empty.\n' })
  expect(await run(['user', 'list', '--org', 'nowhere'])).toMatchObject({ code: 1 })
})

it('lists the nodes that live', async () => {
  const node = { id: expect.any(String), version, connected_at: expect.any(String) }
  expect(await listed('nodes')).toEqual([node])
  expect(await succeed('nodes')).toMatch(new RegExp(`^ID +VERSION +CONNECTED SINCE\n\\S+ +${version} `))
  const another = await server.startAnother()
  expect(await listed('nodes')).toHaveLength(2)
  await another[Symbol.asyncDispose]()
  await expect.poll(async () => (await listed('nodes')).filter((node) => node['connected_at'] !== null)).toHaveLength(1)
  await using empty = await createTestDatabase()
  const none = await run(['nodes'], empty.connection_string)
  expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'No server uses the database.\n' })
})

it('names the migrations that are pending, and runs none of them', async () => {
  await using database = await createTestDatabase()
  const status = () => run(['migrate', '--status'], database.connection_string)
  expect(await status()).toMatchObject({ code: 0, stdout: '', stderr: 'The database is up to date.\n' })
  await database.database.pool.query("delete from kysely_migration where name >= '020'")
  const pending = await status()
  expect(pending.stdout.split('\n').slice(0, 2)).toEqual([
    expect.stringMatching(/^020-/),
    expect.stringMatching(/^021-/),
  ])
  expect((await status()).stdout).toBe(pending.stdout)
  const [first] = (await run(['migrate', '--status', '--json'], database.connection_string)).stdout.split('\n')
  expect(JSON.parse(first!)).toEqual({ name: '020-content-parts', kind: 'expand', status: 'pending' })
})

it('names columns that are still being filled, and what nothing needs any more', async () => {
  await using database = await createTestDatabase()
  const { pool } = database.database
  await pool.query(`select begin_backfill('900-later.backfill', true)`)
  const status = await run(['migrate', '--status'], database.connection_string)
  expect(status).toMatchObject({ code: 0, stdout: '900-later.backfill: 0 rows so far\n' })
  const refused = await run(['migrate', '--contract'], database.connection_string)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('Columns are still being filled: 900-later.backfill')
  await pool.query('update backfills set ended_at = now()')
  expect(await run(['migrate', '--contract'], database.connection_string)).toMatchObject({
    ...{ code: 0, stdout: '', stderr: 'There is nothing to remove.\n' },
  })
  await pool.query(`insert into kysely_migration values ('999-newer', '', '99.0.0')`)
  expect(await run(['migrate'], database.connection_string)).toMatchObject({
    code: 1,
    stderr: `parley: The database was changed by Parley 99.0.0; this is ${version}. Start 99.0.0 or newer, or restore a backup.\n`,
  })
})

it('sets prices of the installation, one or a file of them, all or none', async () => {
  const model = `openai/${randomUUID()}`
  const set = ['prices', 'set', '--model', model, '--input', '2.50', '--output', '10', '--locked']
  const id = fieldOf(await succeed(...set, '--valid-from', '2026-01-01T00:00:00Z'), 'id')
  const own = async () => (await listed('prices', 'list')).filter((price) => price['model'] === model)
  expect(await own()).toMatchObject([{ id, input: '2.5', output: '10', locked: true, organization_id: null }])
  expect(await succeed('prices', 'list')).toContain(model)
  expect(await run(['prices', 'set', '--model', model, '--input', 'much', '--output', '1'])).toMatchObject({ code: 1 })

  const file = join(await mkdtemp(join(tmpdir(), 'parley-prices-')), 'prices.json')
  const price = { kind: 'model_call', model, input: '3', output: '12', valid_from: '2026-02-01T00:00:00Z' }
  await writeFile(file, JSON.stringify([price, { ...price, input: '-1' }]))
  expect(await run(['prices', 'import', file])).toMatchObject({ code: 1 })
  expect(await own()).toHaveLength(1)
  await writeFile(file, JSON.stringify([price]))
  expect(await succeed('prices', 'import', file)).toBe('prices: 1\n')
  expect(await own()).toHaveLength(2)
})
