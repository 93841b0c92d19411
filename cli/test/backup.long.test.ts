// From a database of one's own to a private one and back, by the command line, and a server that starts there.
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createClient } from '@parley/sdk'
import { type Folder, createEmptyDatabase, createFolder, dump, isEmpty } from '../../server/test/backup/fixture.ts'
import { startPostgresProxy } from '../../server/test/support/postgres-proxy.ts'
import { startServerProcess } from '../../server/test/support/process.ts'
import { startTestServer } from '../../server/test/support/server.ts'
import { runHere } from './run-here.ts'

const key = 'ab'.repeat(32)

it('P9: the private PostgreSQL takes what another one had, and gives it back as it was', async () => {
  await using server = await startTestServer({ PARLEY_SECRET_KEY: key })
  await using folder = await createFolder()
  await using target = await createEmptyDatabase()
  const data_dir = folder.path('data')
  await chmod(folder.path('.'), 0o711)
  await mkdir(data_dir, { mode: 0o711 })
  const { PATH = '', HOME = '' } = process.env
  const run = async (args: string[], connection_string: string | null) => {
    const environment: Record<string, string> = { PATH, HOME, PARLEY_DATA_DIR: data_dir }
    // The setting must parse as a URL, which has a host. A Unix socket in the query overrides it.
    if (connection_string !== null) environment['DATABASE_URL'] = connection_string.replace('@/', '@localhost/')
    const outcome = await runHere(args, environment)
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 })
  }
  const agents = (await server.client.listAgents({})).data.map(({ agent_id }) => agent_id)
  await server.app[Symbol.asyncDispose]()
  await run(['backup', folder.path('there')], server.connection_string)
  await writeFile(`${data_dir}/secret-key`, `${key}\n`, { mode: 0o600 })
  await run(['restore', folder.path('there')], null)
  await run(['backup', folder.path('back')], null)
  await run(['restore', folder.path('back')], target.connection_string)
  expect(await dump(target)).toEqual(await dump(server))

  await using restored = startServerProcess({ PARLEY_DATA_DIR: data_dir })
  const client = createClient({ base_url: await restored.ready, token: server.admin_key })
  expect((await client.listAgents({})).data.map(({ agent_id }) => agent_id)).toEqual(agents)
})

it('P9: a disk that is full ends a backup, and leaves nothing of it', async () => {
  await using server = await startTestServer({ PARLEY_SECRET_KEY: key })
  await using folder = await createFolder()
  await server.database.pool.query('insert into blob_parts values (gen_random_uuid(), 0, $1)', [randomBytes(2_000_000)])
  // No file of this process may be larger than a megabyte.
  const { code, stderr } = await runLimited(server.connection_string, folder, 'ulimit -f 2048 && exec "$@"', 'full')
  expect(stderr).toMatch(/full cannot be written: EFBIG: .*\. There is no backup\. Make room there/)
  expect(code).toBe(1)
  expect((await readdir(folder.path('.'))).filter((name) => name.startsWith('full'))).toEqual([])
})

it('P9: a backup that is killed leaves no file of that name, and a restore that is killed an empty database', async () => {
  await using server = await startTestServer({ PARLEY_SECRET_KEY: key })
  await using folder = await createFolder()
  await using target = await createEmptyDatabase()
  for (const table of ['agents', 'webhook_lanes']) {
    const text = new RegExp(`^copy "${table}"`)
    await killAt(server.connection_string, folder, 'backup', text)
    await expect(stat(folder.path('killed'))).rejects.toThrow('ENOENT')
  }
  expect(await runLimited(server.connection_string, folder, 'exec "$@"', 'killed')).toMatchObject({ code: 0 })
  for (const table of ['credentials', 'organizations']) {
    await killAt(target.connection_string, folder, 'restore', new RegExp(`^copy "${table}"`))
    await expect.poll(() => isEmpty(target)).toBe(true)
  }
  const again = await runLimited(target.connection_string, folder, 'exec "$@"', 'killed', 'restore')
  expect(again, again.stderr).toMatchObject({ code: 0 })
  const agents = 'select id, name from agents order by id'
  expect((await target.database.pool.query(agents)).rows).toEqual((await server.database.pool.query(agents)).rows)
})

/** SIGKILL, while the command waits for the answer to this statement. */
async function killAt(connection_string: string, folder: Folder, command: string, statement: RegExp): Promise<void> {
  await using proxy = await startPostgresProxy(connection_string)
  const { hit, release } = proxy.failStatement(1, {
    ...{ when: 'before', how: 'stall' },
    counts: ({ text }) => statement.test(text),
  })
  const [program, args, env] = commandLine(proxy.through(connection_string), folder, 'exec "$@"', 'killed', command)
  const child = spawn(program, args, { env, stdio: 'ignore' })
  const exited = once(child, 'exit')
  // It waits for ever.
  await Promise.race([hit, exited])
  child.kill('SIGKILL')
  expect(await exited).toEqual([null, 'SIGKILL'])
  release()
}

it('a backup and a restore take the same memory, however much there is', async () => {
  await using server = await startTestServer({ PARLEY_SECRET_KEY: key })
  await using folder = await createFolder()
  await using target = await createEmptyDatabase()
  // 160 MiB as text.
  await server.database.pool.query(
    'insert into blob_parts select gen_random_uuid(), n, $1 from generate_series(1, 20) n',
    [randomBytes(4 * 1024 * 1024)],
  )
  const most_kibibytes = 300 * 1024
  for (const [command, { connection_string }] of Object.entries({ backup: server, restore: target })) {
    const { code, stderr } = await runLimited(connection_string, folder, 'exec "$@"', 'large', command)
    expect(code, stderr).toBe(0)
    expect(Number(/^most (\d+)$/m.exec(stderr)![1]), command).toBeLessThan(most_kibibytes)
  }
})

/** The command in a process of its own, by a shell that says how. It tells the most memory that it had, in KiB. */
async function runLimited(connection_string: string, folder: Folder, how: string, name: string, command = 'backup') {
  const [program, args, env] = commandLine(connection_string, folder, how, name, command)
  return new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(program, args, { env }, (error, _stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stderr }),
    )
  })
}

function commandLine(
  connection_string: string,
  folder: Folder,
  how: string,
  name: string,
  command: string,
): [program: string, args: string[], env: Record<string, string>] {
  const { PATH = '', HOME = '' } = process.env
  const DATABASE_URL = connection_string.replace('@/', '@localhost/')
  const program = join(import.meta.dirname, '..', 'src', 'main.js')
  const tell = `process.on('exit', () => process.stderr.write('most ' + process.resourceUsage().maxRSS + '\\n'))`
  const node = [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(tell)}`]
  const args = ['-c', how, 'sh', ...node, program, command, folder.path(name)]
  return ['sh', args, { PATH, HOME, PARLEY_DATA_DIR: folder.path('data'), DATABASE_URL, PARLEY_SECRET_KEY: key }]
}
