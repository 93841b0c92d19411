// The settings of workflows: how many there may be, and how long executions stay. What executions may use is in `run/settings.ts`.
import type { SettingsGroup } from '../config/reader.ts'

export interface WorkflowSettings {
  workflows: number
  versions: number
  connections: number
  input_bytes: number
  /** Executions of an organization that have not started. */
  queued: number
  /** Executions of an organization that have started and wait for a server. */
  jobs: number
  retention_days: number
  test_retention_days: number
}

export const workflowSettings: SettingsGroup<WorkflowSettings> = {
  settings: [
    {
      name: 'PARLEY_LIMIT_WORKFLOWS',
      default: '1000',
      meaning: 'The most workflows of an organization; a further one gets 409.',
    },
    {
      name: 'PARLEY_LIMIT_WORKFLOW_VERSIONS',
      default: '1000',
      meaning: 'The most versions of a workflow; a further one gets 409.',
    },
    {
      name: 'PARLEY_LIMIT_WORKFLOW_CONNECTIONS',
      default: '100',
      meaning: 'The most connections of an organization; a further one gets 409.',
    },
    {
      name: 'PARLEY_LIMIT_WORKFLOW_INPUT_BYTES',
      default: '262144',
      meaning: 'Size in bytes of the input data of an execution, as JSON; larger ones get 422.',
    },
    {
      name: 'PARLEY_LIMIT_QUEUED_EXECUTIONS',
      default: '100000',
      meaning: 'The most executions of an organization that wait for their start; a further call gets 429.',
    },
    {
      name: 'PARLEY_LIMIT_WORKFLOW_JOBS',
      default: '200',
      meaning: 'How many executions of an organization wait for a server at once; further ones stand in line.',
    },
    {
      name: 'PARLEY_WORKFLOW_RETENTION_DAYS',
      default: '30',
      meaning: 'How many days after their end executions of workflows are deleted.',
    },
    {
      name: 'PARLEY_WORKFLOW_TEST_RETENTION_DAYS',
      default: '7',
      meaning: 'How many days after their end tests of workflows are deleted.',
    },
  ],
  read: (read) => ({
    workflows: read.integer('PARLEY_LIMIT_WORKFLOWS', 1, 100_000),
    versions: read.integer('PARLEY_LIMIT_WORKFLOW_VERSIONS', 1, 100_000),
    connections: read.integer('PARLEY_LIMIT_WORKFLOW_CONNECTIONS', 1, 10_000),
    input_bytes: read.integer('PARLEY_LIMIT_WORKFLOW_INPUT_BYTES', 1024, 1_048_576),
    queued: read.integer('PARLEY_LIMIT_QUEUED_EXECUTIONS', 1, 10_000_000),
    jobs: read.integer('PARLEY_LIMIT_WORKFLOW_JOBS', 1, 1_000_000),
    retention_days: read.integer('PARLEY_WORKFLOW_RETENTION_DAYS', 1, 3650),
    test_retention_days: read.integer('PARLEY_WORKFLOW_TEST_RETENTION_DAYS', 1, 3650),
  }),
}
