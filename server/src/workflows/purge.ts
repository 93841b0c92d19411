// What workflows have of an organization that is deleted. First what starts executions.
import { type Purge, purgeBelow, purgeTable } from '../database/purge.ts'

export const purges: readonly Purge[] = [
  purgeBelow({
    parent: 'workflow_triggers',
    children: [
      ['workflow_arrivals', 'trigger_id'],
      ['workflow_fires', 'trigger_id'],
    ],
  }),
  purgeBelow({
    parent: 'workflow_executions',
    children: [
      ['workflow_execution_events', 'execution_id'],
      ['workflow_visits', 'execution_id'],
    ],
  }),
  purgeTable('workflow_beginnings'),
  purgeTable('workflow_deltas'),
  purgeTable('workflow_counts'),
  purgeTable('workflow_versions'),
  purgeTable('workflows'),
  purgeTable('workflow_definitions'),
  purgeTable('workflow_connections'),
]
