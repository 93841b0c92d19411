// Warns the author of a configuration of datasets that their organization does not have.
import type { AgentContributions } from '../../agents/agents.ts'
import { listDatasets } from '../../agents/rules/knowledge.ts'
import { isUuid } from '../../base/ports.ts'
import { statement } from '../../database/database.ts'

type ConfigReview = NonNullable<AgentContributions['reviews']>[number]

const knownStatement = statement(
  'known_datasets_of_config',
  'select id from datasets where organization_id = $1 and id = any($2::uuid[])',
)

/** Asks the database only if the configuration names a dataset. */
export const reviewDatasets: ConfigReview = async (store, config, prefix) => {
  const named = listDatasets(config, prefix)
  const ids = [...new Set(named.map(({ dataset_id }) => dataset_id.toLowerCase()).filter(isUuid))]
  const rows = ids.length === 0 ? [] : await store.query<{ id: string }>(knownStatement, [store.organization_id, ids])
  const known = new Set(rows.map(({ id }) => id))
  return named.flatMap(({ path, dataset_id }) =>
    known.has(dataset_id.toLowerCase()) ? [] : [`${path} is not a dataset of this organization; it finds nothing`],
  )
}
