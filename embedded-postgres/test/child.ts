// A process that starts the embedded PostgreSQL as instructed, reports over IPC, and runs until it is stopped or killed.
import pg from 'pg'
import { EmbeddedPostgresError } from '../src/faults.ts'
import { startEmbeddedPostgres } from '../src/embedded-postgres.ts'
import type { ChildReport, ChildTask } from './support.ts'

const send = (report: ChildReport) => process.send?.(report)

process.once('message', (task: ChildTask) => void serve(task))

async function serve(task: ChildTask): Promise<void> {
  const { run_as, host, ...options } = task
  if (run_as !== null) {
    process.setgroups?.([])
    process.setgid?.(run_as.gid)
    process.setuid?.(run_as.uid)
  }
  try {
    const postgres = await startEmbeddedPostgres(options, host)
    const finish = async () => {
      const rows = await countRows(postgres.connection_string)
      await postgres.stop()
      send({ event: 'stopped', rows })
      process.disconnect()
    }
    process.once('message', () => void finish())
    process.once('SIGINT', () => void finish())
    send({ event: 'started', connection_string: postgres.connection_string, adopted: postgres.adopted })
  } catch (error) {
    const fault = error instanceof EmbeddedPostgresError ? error.fault : 'unexpected'
    send({ event: 'failed', fault, message: String(error) })
    process.disconnect()
  }
}

/** A query at the very end proves that the server outlives the signal that ends its parent. */
async function countRows(connection_string: string): Promise<number> {
  const client = new pg.Client(connection_string)
  await client.connect()
  try {
    return (await client.query('select 1')).rows.length
  } finally {
    await client.end()
  }
}
