// What agents has of an organization that is deleted.
import { type Purge, purgeBelow, purgeTable } from '../database/purge.ts'

export const purges: readonly Purge[] = [
  purgeBelow({ parent: 'agent_versions', children: [['instruction_generations', 'version_id']] }),
  purgeTable('agents'),
]
