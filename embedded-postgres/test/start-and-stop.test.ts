// Starts on an empty, a used and a damaged folder, and stops without leaving anything behind.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/embedded-postgres.ts'
import { isGone, LONG_NAME, query, serverProcesses, waitUntil, Workshop } from './support.ts'

/** Several starts of PostgreSQL, on a loaded machine. */
const LIMIT = { timeout: 300_000 }
let workshop: Workshop
/** The tests that do not need their own folder share this one and depend on their order. */
let shared_dir: string

beforeAll(async () => {
  workshop = await Workshop.open()
  shared_dir = workshop.folder('shared')
})
afterAll(() => workshop.close())

const start = (data_dir: string) => startEmbeddedPostgres({ data_dir }, workshop.host)

/** Starts, passes on the connection string, and stops. */
async function serve(data_dir: string, use: (connection_string: string) => Promise<void> = async () => {}) {
  await using postgres = await start(data_dir)
  await workshop.postmasterPid(data_dir)
  await use(postgres.connection_string)
  return postgres
}

describe('a start', () => {
  test('creates the database in seconds, and the next start finds the stored data', LIMIT, async () => {
    const first_began = performance.now()
    const first = await serve(shared_dir, async (address) => {
      expect(performance.now() - first_began).toBeLessThan(30_000)
      await query(address, 'create table kept as select 42 as answer')
    })
    expect(first.adopted).toBe(false)
    const second_began = performance.now()
    await serve(shared_dir, async (address) => {
      expect(performance.now() - second_began).toBeLessThan(30_000)
      expect(await query(address, 'select answer from kept')).toEqual([{ answer: 42 }])
    })
  })

  test('provides a durable server without network access, and a role that is no superuser', LIMIT, async () => {
    await serve(shared_dir, async (address) => {
      const names = [
        'shared_buffers',
        'fsync',
        'synchronous_commit',
        'listen_addresses',
        'TimeZone',
        'server_encoding',
        'is_superuser',
      ]
      const columns = names.map((name) => `current_setting('${name}') as "${name}"`)
      expect(await query(address, `select ${columns.join(', ')}, lower('ÄÖ') as lower`)).toEqual([
        {
          // An eighth of the workshop's memory.
          shared_buffers: '256MB',
          fsync: 'on',
          synchronous_commit: 'on',
          listen_addresses: '',
          TimeZone: 'UTC',
          server_encoding: 'UTF8',
          is_superuser: 'off',
          lower: 'äö',
        },
      ])
      await query(address, 'create database cloned template parley')
    })
    const log = await readFile(join(shared_dir, 'postgresql.log'), 'utf8')
    expect(log).toContain('database system is ready')
    expect((await stat(join(shared_dir, 'postgresql.log'))).mode & 0o077).toBe(0)
  })

  test('accepts a folder whose permissions were loosened by a copy', LIMIT, async () => {
    const cluster = join(shared_dir, 'cluster')
    await chmod(cluster, 0o755)
    await serve(shared_dir, async () => {
      expect((await stat(cluster)).mode & 0o777).toBe(0o700)
      expect((await stat(join(cluster, '.s.PGSQL.5432'))).mode & 0o777).toBe(0o700)
    })
  })
})

test('a stop leaves no process and no socket, and can be repeated', LIMIT, async () => {
  const postgres = await start(shared_dir)
  const pids = [await workshop.postmasterPid(shared_dir), ...(await serverProcesses(postgres.connection_string))]
  expect(pids.length).toBeGreaterThan(3)
  await Promise.all([postgres.stop(), postgres.stop()])
  expect(pids.filter((pid) => !isGone(pid))).toEqual([])
  expect(existsSync(join(shared_dir, 'cluster', 'postmaster.pid'))).toBe(false)
  expect(existsSync(join(shared_dir, 'cluster', '.s.PGSQL.5432'))).toBe(false)
})

test('a private folder created by another user is not trusted', LIMIT, async () => {
  const squatted_dir = workshop.folder(`parley-${process.geteuid?.()}`)
  await mkdir(squatted_dir)
  await chmod(squatted_dir, 0o777)
  await serve(workshop.folder(LONG_NAME), async (address) => {
    // Another folder can have a name that begins like this one's.
    expect(decodeURIComponent(address)).not.toContain(`${squatted_dir}/`)
    expect(await query(address, 'select 1 as one')).toEqual([{ one: 1 }])
  })
  await rm(squatted_dir, { recursive: true })
  expect((await readdir(workshop.dir)).filter((name) => name.startsWith('parley-'))).toEqual([])
})

describe('remains of an earlier start', () => {
  test('a postmaster.pid is ignored if another process now has its id', LIMIT, async () => {
    const pid_file = join(shared_dir, 'cluster', 'postmaster.pid')
    const left_pid_file = await killServer(shared_dir)
    const { uid, gid } = await stat(pid_file)
    const bystander = spawn('sleep', ['600'], { uid, gid, cwd: '/' })
    try {
      await writeFile(pid_file, left_pid_file.replace(/^\d+/, String(bystander.pid)))
      const postgres = await serve(shared_dir)
      expect(postgres.adopted).toBe(false)
      expect(bystander.exitCode ?? bystander.signalCode).toBeNull()
    } finally {
      bystander.kill('SIGKILL')
    }
  })

  test('data of another major version is refused and left unchanged', LIMIT, async () => {
    const data_dir = workshop.folder('older')
    await mkdir(join(data_dir, 'cluster', 'base'), { recursive: true })
    await writeFile(join(data_dir, 'cluster', 'PG_VERSION'), '14\n')
    const before = await snapshot(data_dir)
    const refused = start(data_dir)
    await expect(refused).rejects.toMatchObject({ fault: 'other_version' })
    await expect(refused).rejects.toThrow(/created by PostgreSQL 14, but Parley includes version 18.*DATABASE_URL/)
    expect(await snapshot(data_dir)).toEqual(before)
  })

  test('files of something else are refused', LIMIT, async () => {
    const data_dir = workshop.folder('foreign')
    await mkdir(join(data_dir, 'cluster'), { recursive: true })
    await writeFile(join(data_dir, 'cluster', 'letter.txt'), 'dear')
    await expect(start(data_dir)).rejects.toMatchObject({ fault: 'folder_unusable' })
    expect(await readdir(data_dir)).toEqual(['cluster'])
  })

  test("an unusable cluster stops the start with the end of the server's log", LIMIT, async () => {
    await appendFile(join(shared_dir, 'cluster', 'postgresql.conf'), '\nnonsense = 1\n')
    const refused = start(shared_dir)
    await expect(refused).rejects.toMatchObject({ fault: 'start_failed' })
    await expect(refused).rejects.toThrow(/DATABASE_URL[\s\S]*postgresql\.log[\s\S]*nonsense/)
  })
})

/** Kills the server without a chance to clean up, and returns the text of the postmaster.pid that it leaves. */
async function killServer(data_dir: string): Promise<string> {
  const postgres = await start(data_dir)
  const pid = await workshop.postmasterPid(data_dir)
  const others = await serverProcesses(postgres.connection_string)
  process.kill(pid, 'SIGKILL')
  await postgres.exited
  await postgres.stop()
  await waitUntil('all processes of the killed server are gone', () => [pid, ...others].every(isGone))
  return readFile(join(data_dir, 'cluster', 'postmaster.pid'), 'utf8')
}

async function snapshot(dir: string) {
  const names = await readdir(dir, { recursive: true })
  const stats = await Promise.all(['', ...names].map((name) => stat(join(dir, name))))
  return stats.map(({ ino, mode, uid, mtimeMs }) => ({ ino, mode, uid, mtimeMs }))
}
