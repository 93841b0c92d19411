// Runs the queue's jobs in this process, through graphile-worker. Knows no room: tasks are handed in by app.ts.
import { type Runner, Logger as WorkerLogger, run } from 'graphile-worker'
import type { Logger } from 'pino'
import type { PooledDatabase } from '../database/database.ts'
import type { JobPayloads } from './enqueue.ts'

export interface JobRun {
  /** 1 for the first try. */
  attempt: number
  max_attempts: number
  signal: AbortSignal
}

export type Tasks = { [Name in keyof JobPayloads]: (payload: JobPayloads[Name], run: JobRun) => Promise<void> }

export interface JobWorker {
  /** Takes no more jobs and waits for those that run; what takes too long comes again later. */
  stop(): Promise<void>
}

const concurrent_jobs = 4
/** LISTEN wakes the worker at once; the poll is for what it misses. */
const poll_ms = 2000
const stop_ms = 5000

/** On one node. */
const each_minute: (keyof JobPayloads)[] = [
  'requeue_analyses',
  'requeue_generations',
  'delete_expired_keys',
  'clean_up_webhooks',
  'clean_up_sign_in',
  'fold_statistics',
  'tend_changes',
]

/** How long to wait before the worker that the loss of its database ended is started again. */
const restart_ms = 1000

export async function startJobWorker(database: PooledDatabase, tasks: Tasks, log: Logger): Promise<JobWorker> {
  let runner = await startRunner(database, tasks, log)
  let isStopped = false
  let stopTimer: NodeJS.Timeout | undefined

  function restart(): void {
    if (!isStopped) stopTimer = setTimeout(() => void startAgain(), restart_ms)
  }

  async function startAgain(): Promise<void> {
    try {
      runner = await startRunner(database, tasks, log)
      supervise()
    } catch {
      restart()
    }
  }

  /** A worker ends with the first error that it does not expect, a lost connection among them. */
  function supervise(): void {
    runner.promise.then(restart, (error: Error) => {
      log.warn({ reason: error.message }, 'the job worker ended; it is started again')
      restart()
    })
  }

  supervise()
  return {
    async stop() {
      isStopped = true
      clearTimeout(stopTimer)
      await runner.stop().catch(() => {}) // it may have ended by itself
    },
  }
}

function startRunner(database: PooledDatabase, tasks: Tasks, log: Logger): Promise<Runner> {
  return run({
    pgPool: database.pool,
    concurrency: concurrent_jobs,
    pollInterval: poll_ms,
    crontab: each_minute.map((task) => `* * * * * ${task} ?max=1`).join('\n'),
    noHandleSignals: true,
    gracefulShutdownAbortTimeout: stop_ms,
    logger: new WorkerLogger(() => (level, message) => log[levels[level] ?? 'debug']({ component: 'jobs' }, message)),
    taskList: Object.fromEntries(
      Object.entries(tasks).map(([name, task]) => [
        name,
        (payload, helpers) =>
          task(payload as never, {
            attempt: helpers.job.attempts,
            max_attempts: helpers.job.max_attempts,
            signal: helpers.abortSignal ?? new AbortController().signal,
          }),
      ]),
    ),
  })
}

const levels: Record<string, 'error' | 'warn' | 'debug'> = {
  error: 'error',
  warning: 'warn',
  info: 'debug',
  debug: 'debug',
}
