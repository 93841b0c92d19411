// What is said of an agent's configuration that names workflows: those that do not exist, and definitions that cannot be executed.
import { listWorkflowUses } from '../../agents/rules/workflows.ts'
import { isUuid } from '../../base/ports.ts'
import type { JsonObject } from '../../base/json.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { readVersionChoice } from '../rows/versions.ts'
import type { JudgeDefinition } from '../services.ts'

const max_warnings = 20

const knownStatement = statement(
  'find_named_workflows',
  `select w.id, coalesce(array_agg(v.version) filter (where v.status <> 'draft'), '{}') as published,
          coalesce(bool_or(v.status = 'live'), false) as is_live
   from workflows w left join workflow_versions v on v.workflow_id = w.id
   where w.organization_id = $1 and w.id = any($2::uuid[]) and w.deleted_at is null group by w.id`,
)

interface Known {
  id: string
  published: number[]
  is_live: boolean
}

/** Warnings, each beginning with the path. */
export async function reviewWorkflows(
  judge: JudgeDefinition,
  store: Store,
  config: JsonObject,
  prefix: string,
): Promise<string[]> {
  const uses = listWorkflowUses(config, prefix)
  if (uses.length === 0) return []
  const ids = uses.flatMap(({ use: { workflow_id } }) => (workflow_id && isUuid(workflow_id) ? [workflow_id] : []))
  const rows = ids.length === 0 ? [] : await store.query<Known>(knownStatement, [store.organization_id, ids])
  const known = new Map(rows.map((row) => [row.id, row]))
  const warnings: string[] = []
  for (const { path, use } of uses) {
    if (use.definition !== null) {
      const { problems, obstacles } = await judge(store.organization_id, use.definition, `${path}.definition`)
      const told = [...problems, ...obstacles].slice(0, max_warnings)
      warnings.push(...told.map((problem) => `${problem.path} ${problem.message}, so it cannot be executed`))
    } else if (use.workflow_id !== null) {
      const fault = faultOf(known.get(use.workflow_id.toLowerCase()), use.workflow_version)
      if (fault !== null) warnings.push(`${path}.${fault}`)
    }
  }
  return warnings
}

function faultOf(found: Known | undefined, version: string | number | null): string | null {
  if (!found) return 'workflow_id is not the id of a workflow, so it cannot be executed'
  const choice = version === null ? 'default' : readVersionChoice(version)
  if (choice === null) return 'workflow_version is not a number, `latest` or `live`, so it cannot be executed'
  const isThere =
    typeof choice === 'number'
      ? found.published.includes(choice)
      : choice === 'live'
        ? found.is_live
        : found.published.length > 0
  if (isThere) return null
  return version === null
    ? 'workflow_id names a workflow of which no version is published, so it cannot be executed yet'
    : 'workflow_version is not published, so it cannot be executed yet'
}
