import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadSecretKey, requireKeyOf } from '../../src/sealing/secret-key.ts'
import { fingerprintOfKey } from '../../src/sealing/seal.ts'
import { ConfigError } from '../../src/config/config.ts'
import type { Database } from '../../src/database/database.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let test: TestDatabase
let folder: string
beforeEach(async () => {
  test = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'parley-secret-key-'))
})
afterEach(async () => {
  await test[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

interface Start {
  node?: string
  secret_key?: Buffer
  database?: Database
}

/** Each node has its own data folder. */
async function load({ node = 'one', secret_key, database = test.database }: Start = {}): Promise<Buffer> {
  const config = configOf(node, secret_key)
  return (await loadSecretKey({ database, ports: systemPorts, config })).secret_key
}

const configOf = (node: string, secret_key?: Buffer, secret_key_next?: Buffer) => ({
  data_dir: join(folder, node),
  secret_key,
  secret_key_next,
})

async function faultOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => expect.fail('the start did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConfigError)
  return (error as ConfigError).message
}

const given = Buffer.alloc(32, 3)
const fileOf = (node: string) => join(folder, node, 'secret-key')

describe('the secret key', () => {
  it('is created at the first start and the same at every later one', async () => {
    const key = await load()
    expect(key).toHaveLength(32)
    expect(await readFile(fileOf('one'), 'utf8')).toBe(`${key.toString('hex')}\n`)
    expect((await stat(fileOf('one'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'one'))).mode & 0o777).toBe(0o700)
    expect(await load()).toEqual(key)
    expect(await load({ node: 'two', secret_key: key })).toEqual(key)
  })

  it('is not in the database', async () => {
    const key = await load()
    const { rows } = await test.database.pool.query<{ row: string }>('select i::text as row from installation i')
    expect(rows).toHaveLength(1)
    expect(rows[0]?.row).not.toContain(key.toString('hex'))
  })

  it('is taken from the settings, and then no file is created', async () => {
    expect(await load({ secret_key: given })).toEqual(given)
    expect(await readdir(folder)).toEqual([])
    expect(await load({ secret_key: given })).toEqual(given)
  })

  it('must be the same on every node', async () => {
    const key = await load()
    const fault = await faultOf(load({ node: 'two', secret_key: given }))
    expect(fault).toContain('PARLEY_SECRET_KEY')
    expect(fault).toContain('the key of the other nodes')
    expect(fault).not.toContain(given.toString('hex'))
    expect(fault).not.toContain(key.toString('hex'))
  })

  it('is not created if the database has another one, and leaves no misleading file', async () => {
    await load()
    expect(await faultOf(load({ node: 'two' }))).toContain(fileOf('two'))
    expect(await readdir(folder)).toEqual(['one'])
    await rm(fileOf('one'))
    await faultOf(load())
    expect(await readdir(join(folder, 'one'))).toEqual([])
  })

  it('is that of one node if several start for the first time at once; the others report what to do', async () => {
    const nodes = ['a', 'b', 'c', 'd']
    const outcomes = await Promise.allSettled(nodes.map((node) => load({ node })))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ConfigError)
    }
    expect(await readdir(folder)).toHaveLength(1)
  })

  it('of a start that was killed before its commit is used by the next one', async () => {
    const dying: Database = {
      ...test.database,
      transaction: (work) =>
        test.database.transaction(async (tx) => {
          await work(tx)
          throw new Error('killed')
        }),
    }
    await expect(load({ database: dying })).rejects.toThrow('killed')
    const kept = (await readFile(fileOf('one'), 'utf8')).trim()
    expect((await load()).toString('hex')).toBe(kept)
  })

  it('is not read from a damaged file', async () => {
    await load()
    await writeFile(fileOf('one'), 'abc')
    expect(await faultOf(load())).toContain('64 hexadecimal digits')
    expect(await readFile(fileOf('one'), 'utf8')).toBe('abc')
  })

  it('can be replaced by an operator who abandons the old one', async () => {
    await load()
    await test.database.pool.query('delete from installation')
    expect(await load({ node: 'two', secret_key: given })).toEqual(given)
  })
})

describe('the key of a backup', () => {
  const demand = (node: string, secret_key?: Buffer, secret_key_next?: Buffer) =>
    requireKeyOf(fingerprintOfKey(given), configOf(node, secret_key, secret_key_next))
  const keep = async (node: string, name: string, key: Buffer) => {
    await mkdir(join(folder, node), { recursive: true })
    await writeFile(join(folder, node, name), `${key.toString('hex')}\n`)
  }

  it('is where a server would find it', async () => {
    await demand('one', given)
    await demand('one', Buffer.alloc(32, 4), given)
    await keep('one', 'secret-key', given)
    await demand('one')
    // A rotation that was killed has left it.
    await keep('two', 'secret-key', Buffer.alloc(32, 4))
    await keep('two', 'secret-key.next', given)
    await demand('two')
    expect((await readdir(join(folder, 'two'))).sort()).toEqual(['secret-key', 'secret-key.next'])
  })

  it('is not in the data folder where the settings have another one, which a server would use', async () => {
    await keep('one', 'secret-key', given)
    expect(await faultOf(demand('one', Buffer.alloc(32, 4)))).toContain(
      'PARLEY_SECRET_KEY is not the secret key of the backup. Set PARLEY_SECRET_KEY to it',
    )
    await keep('two', 'secret-key', Buffer.alloc(32, 4))
    expect(await faultOf(demand('two'))).toContain(`the key in ${fileOf('two')} is not the secret key of the backup`)
    expect(await faultOf(demand('three', undefined, Buffer.alloc(32, 4)))).toContain('is neither in PARLEY_SECRET_KEY')
  })
})
