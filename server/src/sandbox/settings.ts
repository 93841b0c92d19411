// The settings of the sandbox: expressions and code of customers in processes of their own.
import type { SettingsGroup } from '../config/reader.ts'

export interface SandboxLimits {
  processes: number
  memory_bytes: number
  max_evaluations: number
  expression_ms: number
  visit_ms: number
  result_bytes: number
  log_bytes: number
}

const mebibyte = 1_048_576

export const sandboxSettings: SettingsGroup<SandboxLimits> = {
  settings: [
    {
      name: 'PARLEY_SANDBOX_PROCESSES',
      default: '2',
      meaning:
        'How many processes on each node evaluate expressions and code, one at a time each; what comes meanwhile waits. While one organization has evaluations waiting, it holds at most half of them, so that others find one free.',
    },
    {
      name: 'PARLEY_SANDBOX_MEMORY_MIB',
      default: '256',
      meaning: 'The most memory of such a process, in MiB; an evaluation that needs more fails.',
    },
    {
      name: 'PARLEY_SANDBOX_EVALUATIONS',
      default: '1000',
      meaning: 'After how many evaluations such a process is replaced.',
    },
    {
      name: 'PARLEY_SANDBOX_EXPRESSION_MS',
      default: '250',
      meaning: 'The most processor time of an expression, in milliseconds; one that needs more fails.',
    },
    {
      name: 'PARLEY_SANDBOX_VISIT_MS',
      default: '2000',
      meaning: 'The most processor time of all expressions of a step, in milliseconds; one that has none left fails.',
    },
    {
      name: 'PARLEY_SANDBOX_RESULT_BYTES',
      default: String(mebibyte),
      meaning: 'The largest result of an expression or of code, as JSON; a larger one fails.',
    },
    {
      name: 'PARLEY_SANDBOX_LOG_BYTES',
      default: '16384',
      meaning: 'The most that is kept of what code logs; the rest is cut off.',
    },
  ],
  read: (read) => ({
    processes: read.integer('PARLEY_SANDBOX_PROCESSES', 1, 64),
    memory_bytes: read.integer('PARLEY_SANDBOX_MEMORY_MIB', 128, 4096) * mebibyte,
    max_evaluations: read.integer('PARLEY_SANDBOX_EVALUATIONS', 1, 1_000_000),
    expression_ms: read.integer('PARLEY_SANDBOX_EXPRESSION_MS', 10, 60_000),
    visit_ms: read.integer('PARLEY_SANDBOX_VISIT_MS', 10, 300_000),
    result_bytes: read.integer('PARLEY_SANDBOX_RESULT_BYTES', 1024, 16 * mebibyte),
    log_bytes: read.integer('PARLEY_SANDBOX_LOG_BYTES', 0, mebibyte),
  }),
}
