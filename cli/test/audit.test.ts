// `parley audit`: verifies and exports what the server and the other commands have written.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BesideServer, startBesideServer } from './beside-server.ts'

let beside: BesideServer
beforeAll(async () => {
  beside = await startBesideServer()
})
afterAll(() => beside[Symbol.asyncDispose]())

it('writes what the command line does, exports it, verifies it, and finds a change', async () => {
  const { server, folder, run } = beside
  const org = server.organization_id
  await run('user', 'create', '--email', 'ada@example.test', '--org', org, '--role', 'admin')
  const secret = (await run('token', 'create', '--user', 'ada@example.test')).last_line
  const key = (await run('key', 'create', '--org', org)).stdout
  await run('key', 'delete', /key_id: (\S+)/.exec(key)![1]!, '--org', org)
  const other = await run('org', 'create', '--name', 'Other', '--slug', 'other')
  expect(other.code).toBe(0)
  const file = join(folder, 'log.ndjson')
  expect(await run('audit', 'export', file, '--org', org)).toMatchObject({ code: 0 })
  const text = await readFile(file, 'utf8')
  expect(text).not.toContain(secret)
  const entries = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { action: string; via: string; actor: object })
  expect(entries.map(({ action }) => action)).toEqual([
    'parley serve',
    'parley serve',
    'parley user create',
    'parley token create',
    'parley key create',
    'parley key delete',
  ])
  expect(entries.at(-1)).toMatchObject({ via: 'cli', actor: { type: 'operator' } })
  const csv = join(folder, 'all.csv')
  await run('audit', 'export', csv, '--format', 'csv')
  expect((await readFile(csv, 'utf8')).split('\r\n')).toHaveLength(9)

  const verified = await run('audit', 'verify')
  expect(verified).toMatchObject({ code: 0, stderr: 'The audit log is as it was written.\n' })
  const place = new RegExp(`^${org}: 6 entries, the newest is (\\S+)$`, 'm').exec(verified.stdout)![1]!
  expect(await run('audit', 'verify', '--org', org, '--expect', place)).toMatchObject({ code: 0 })
  const elsewhere = place.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
  expect(await run('audit', 'verify', '--org', org, '--expect', elsewhere)).toMatchObject({ code: 1 })

  await server.database.pool.query(
    `alter table audit_entries disable trigger user;
     update audit_entries set entry = replace(entry, 'ada@', 'eve@') where action = 'parley user create'`,
  )
  const found = await run('audit', 'verify', '--org', 'my-organization')
  expect(found.code).toBe(1)
  expect(found.stderr).toContain('entry 3 or the one before it was changed')
})
