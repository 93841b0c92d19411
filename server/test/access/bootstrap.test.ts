import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scopes } from '@parley/contract'
import { sql } from '../support/sql.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOrganization } from '../../src/access/administration.ts'
import { type BootstrapServices, bootstrap } from '../../src/access/bootstrap.ts'
import { deleteOrganizationKey } from '../../src/access/operations.ts'
import { ConfigError } from '../../src/config/config.ts'
import type { PooledDatabase } from '../../src/database/database.ts'
import { createFixture, type Fixture, refusalOf } from './fixture.ts'

let fixture: Fixture
let folder: string
let data_dir: string
beforeEach(async () => {
  fixture = await createFixture()
  folder = await mkdtemp(join(tmpdir(), 'parley-bootstrap-'))
  data_dir = join(folder, 'data')
})
afterEach(async () => {
  await fixture[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const key = `ak_deploy.${'k'.repeat(43)}`
const token = `pat_admin.${'t'.repeat(43)}`

function servicesWith(config: Partial<BootstrapServices['config']> = {}, database = fixture.database) {
  const { ports, log } = fixture
  return { database, ports, log, config: { data_dir, bootstrap_key: undefined, bootstrap_pat: undefined, ...config } }
}
const start = (config: Partial<BootstrapServices['config']> = {}) => bootstrap(servicesWith(config))

/** Ends every transaction as if the process were killed after all its work and before the commit. */
function dyingBeforeCommit(database: PooledDatabase): PooledDatabase {
  return {
    ...database,
    transaction: (work) =>
      database.transaction(async (tx) => {
        await work(tx)
        throw new Error('killed')
      }),
  }
}

async function faultOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => expect.fail('the start did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConfigError)
  return (error as ConfigError).message
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
const keyFile = () => readFile(join(data_dir, 'admin-key'), 'utf8')
const countCredentials = async () => (await fixture.database.execute(sql`select key_id from credentials`)).length

describe('the first start', () => {
  it('creates an organization with an admin key that only the owner of the data folder can read', async () => {
    const result = await start()
    expect(result).toEqual({
      organization: { id: expect.any(String), name: 'My organization', slug: 'my-organization' },
      created: true,
      admin_key: expect.stringMatching(/^ak_/),
      key_file: join(data_dir, 'admin-key'),
    })
    expect(await keyFile()).toBe(`${result.admin_key}\n`)
    expect(await modeOf(data_dir)).toBe('700')
    expect(await modeOf(join(data_dir, 'admin-key'))).toBe('600')
    expect(await readdir(data_dir)).toEqual(['admin-key'])
    const { access } = await fixture.enter(result.admin_key!)
    expect(access).toMatchObject({ organization_id: result.organization.id, scopes: new Set(scopes) })
    expect(fixture.log_lines.join()).not.toContain(result.admin_key!.split('.')[1])
  })

  it('is the only one that creates anything', async () => {
    const first = await start()
    // Shown again until somebody uses it: the start that created it may have failed afterwards.
    expect(await start()).toEqual({ ...first, created: false })
    await fixture.database.execute(sql`update credentials set last_used_at = now()`)
    expect(await start()).toEqual({ ...first, created: false, admin_key: null, key_file: null })
    await rm(data_dir, { recursive: true })
    expect(await start()).toMatchObject({ created: false, admin_key: null })
    expect(await countCredentials()).toBe(1)
  })

  it('is done by only one of many nodes', async () => {
    const nodes = Array.from({ length: 5 }, (_, node) => start({ data_dir: join(folder, `node-${node}`) }))
    const results = await Promise.all(nodes)
    expect(results.filter((result) => result.created)).toHaveLength(1)
    expect(results.filter((result) => result.admin_key !== null)).toHaveLength(1)
    expect(new Set(results.map((result) => result.organization.id)).size).toBe(1)
    expect(await countCredentials()).toBe(1)
  })

  it('that is killed before its commit is continued by the next one, with the key in its file', async () => {
    await expect(bootstrap(servicesWith({}, dyingBeforeCommit(fixture.database)))).rejects.toThrow('killed')
    const kept = (await keyFile()).trim()
    expect(await countCredentials()).toBe(0)
    expect(await start()).toMatchObject({ created: true, admin_key: kept })
    await fixture.enter(kept)
  })

  it('replaces a file without a key', async () => {
    await mkdir(data_dir)
    await writeFile(join(data_dir, 'admin-key'), 'ak_half', { mode: 0o644 })
    await writeFile(join(data_dir, `admin-key.new-${process.pid}`), 'left behind')
    const { admin_key } = await start()
    expect(await keyFile()).toBe(`${admin_key}\n`)
    expect(await modeOf(join(data_dir, 'admin-key'))).toBe('600')
    expect(await readdir(data_dir)).toEqual(['admin-key'])
  })

  it('leaves nothing in the database if the key cannot be stored', async () => {
    await writeFile(data_dir, 'a file where the folder should be')
    expect(await faultOf(start())).toContain('PARLEY_DATA_DIR')
    expect(await countCredentials()).toBe(0)
    await rm(data_dir)
    expect(await start()).toMatchObject({ created: true })
  })
})

describe('a later start', () => {
  it('creates a new key for an organization that no one can enter, not the deleted one', async () => {
    const { admin_key, organization } = await start()
    const ctx = await fixture.enter(admin_key!)
    await deleteOrganizationKey(ctx, { key_id: ctx.access.actor.id! })
    const again = await start()
    expect(again).toMatchObject({ organization, created: false, admin_key: expect.stringMatching(/^ak_/) })
    expect(again.admin_key).not.toBe(admin_key)
    expect(await keyFile()).toBe(`${again.admin_key}\n`)
    await fixture.enter(again.admin_key!)
    expect(await refusalOf(fixture.enter(admin_key!))).toMatchObject({ error: 'unauthorized' })
  })

  it('creates no key if a member can enter', async () => {
    const { admin_key, organization } = await start()
    await fixture.makeMember(organization.id)
    const ctx = await fixture.enter(admin_key!)
    await deleteOrganizationKey(ctx, { key_id: ctx.access.actor.id! })
    expect(await start()).toMatchObject({ admin_key: null })
  })

  it('creates no organization if there is one from the command line', async () => {
    const { organization } = await createOrganization(fixture.administration, { name: 'Ours' })
    expect(await start()).toEqual({
      organization: { id: organization.id, name: 'Ours', slug: 'ours' },
      created: false,
      admin_key: null,
      key_file: null,
    })
  })
})

describe('PARLEY_BOOTSTRAP_KEY', () => {
  it('is the admin key of the first organization, and no other is created', async () => {
    const result = await start({ bootstrap_key: key })
    expect(result).toMatchObject({ created: true, admin_key: null, key_file: join(data_dir, 'admin-key') })
    expect(await keyFile()).toBe(`${key}\n`)
    expect(await modeOf(join(data_dir, 'admin-key'))).toBe('600')
    const { access } = await fixture.enter(key)
    expect(access).toMatchObject({ organization_id: result.organization.id, scopes: new Set(scopes) })
    expect(await countCredentials()).toBe(1)
    expect(await start({ bootstrap_key: key })).toMatchObject({ created: false, key_file: null })
    expect(await countCredentials()).toBe(1)
  })

  it('is never shown, also by a start without the setting', async () => {
    await start({ bootstrap_key: key })
    expect(await keyFile()).toBe(`${key}\n`)
    expect(await start()).toMatchObject({ created: false, admin_key: null, key_file: null })
  })

  it('is installed in the oldest organization, also later, and again after it is deleted', async () => {
    const { organization } = await start()
    await fixture.makeOrganization()
    for (let count = 0; count < 2; count++) {
      await start({ bootstrap_key: key })
      const ctx = await fixture.enter(key)
      expect(ctx.access.organization_id).toBe(organization.id)
      await deleteOrganizationKey(ctx, { key_id: 'deploy' })
    }
  })

  it('stops the start if its id has another secret, and reveals neither secret', async () => {
    await start({ bootstrap_key: key })
    const other = 'o'.repeat(43)
    const fault = await faultOf(start({ bootstrap_key: `ak_deploy.${other}` }))
    expect(fault).toContain('PARLEY_BOOTSTRAP_KEY has the id "deploy"')
    expect(fault).not.toContain(other)
    expect(fault).not.toContain('k'.repeat(43))
    await fixture.enter(key)
  })

  it('needs no data folder', async () => {
    await writeFile(data_dir, 'a file where the folder should be')
    expect(await start({ bootstrap_key: key })).toMatchObject({ created: true, key_file: null })
    await fixture.enter(key)
  })

  it('does not touch the file of another installation', async () => {
    await mkdir(data_dir)
    await writeFile(join(data_dir, 'admin-key'), 'ak_other')
    expect(await start({ bootstrap_key: key })).toMatchObject({ created: true, key_file: null })
    expect(await keyFile()).toBe('ak_other')
  })
})

describe('credentials of another system', () => {
  const foreign_key = 'ak_live/9hK2+Qm7==:xYz|w3Rt5Up8Ad1Fg4Hj'
  const foreign_token = 'pat_3f9c2b7a1d5e4c8f9a0b6d7e8f1a2b3c'

  it('are installed once, and let their holders in', async () => {
    for (let starts = 0; starts < 2; starts += 1) {
      const { organization } = await start({ bootstrap_key: foreign_key, bootstrap_pat: foreign_token })
      expect((await fixture.enter(foreign_key)).access.scopes).toEqual(new Set(scopes))
      expect((await fixture.enter(foreign_token, organization.id)).access.scopes).toEqual(new Set(scopes))
      expect(await countCredentials()).toBe(2)
    }
    for (const wrong of [`${foreign_key}x`, `${foreign_token}x`, foreign_token.replace('pat_', 'ak_')])
      expect(await refusalOf(fixture.enter(wrong))).toMatchObject({ error: 'unauthorized' })
  })

  it.each([
    ['too short', `pat_${'a'.repeat(31)}`],
    ['with an id and a short secret', `pat_${'a'.repeat(40)}.short`],
    ['of the other kind', key],
  ])('stop the start if they are %s, and the fault says what to do', async (_what, bootstrap_pat) => {
    const fault = await faultOf(start({ bootstrap_pat }))
    expect(fault).toContain('PARLEY_BOOTSTRAP_PAT must be pat_<id>.<secret>')
    expect(fault).toContain('or pat_ and 32 to 256 other characters')
    expect(fault).not.toContain(bootstrap_pat)
  })
})

describe('PARLEY_BOOTSTRAP_PAT', () => {
  it('creates a first admin user if necessary, in addition to the admin key', async () => {
    const { organization, admin_key } = await start({ bootstrap_pat: token })
    expect(admin_key).toMatch(/^ak_/)
    const { access } = await fixture.enter(token, organization.id)
    expect(access).toMatchObject({ scopes: new Set(scopes), actor: { type: 'user', name: 'admin@localhost' } })
    await start({ bootstrap_pat: token })
    expect(await countCredentials()).toBe(2)
  })

  it('belongs to the first existing admin', async () => {
    const { organization } = await start()
    await fixture.makeMember(organization.id, 'viewer')
    const admin = await fixture.makeMember(organization.id, 'admin')
    await fixture.makeMember(organization.id, 'admin')
    await start({ bootstrap_pat: token })
    expect(await fixture.enterAsUser(token)).toMatchObject({ user: { id: admin.user_id } })
  })

  it('makes the user with the first admin’s address an admin', async () => {
    const { organization } = await start({ bootstrap_pat: token })
    await fixture.database.pool.query("update members set role = 'viewer'")
    await fixture.database.pool.query('delete from credentials where user_id is not null')
    await start({ bootstrap_pat: token })
    expect((await fixture.enter(token, organization.id)).access.scopes).toEqual(new Set(scopes))
  })

  it('stops the start if its id has another secret', async () => {
    await start({ bootstrap_pat: token })
    const fault = await faultOf(start({ bootstrap_pat: `pat_admin.${'o'.repeat(43)}` }))
    expect(fault).toContain('PARLEY_BOOTSTRAP_PAT has the id "admin"')
  })

  it('is all or nothing together with the key', async () => {
    await start({ bootstrap_pat: token })
    const both = start({ bootstrap_key: key, bootstrap_pat: `pat_admin.${'o'.repeat(43)}` })
    await faultOf(both)
    expect(await refusalOf(fixture.enter(key))).toMatchObject({ error: 'unauthorized' })
  })
})
