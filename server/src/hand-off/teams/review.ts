// Warns of teams in an agent's configuration that do not exist; the default team is asked instead.
import { joinPath } from '../../base/faults.ts'
import type { JsonObject } from '../../base/json.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

const knownStatement = statement(
  'known_team_keys',
  'select key from teams where organization_id = $1 and key = any($2) and deleted_at is null',
)

interface HandOff {
  team?: string | null
  teams?: string[] | null
}

export async function reviewTeams(store: Store, config: JsonObject, prefix: string): Promise<string[]> {
  const { team, teams } = (config['hand_off'] ?? {}) as HandOff
  const named = [
    ...(team == null ? [] : [{ path: 'team', key: team }]),
    ...(teams ?? []).map((key, index) => ({ path: `teams.${index}`, key })),
  ]
  if (named.length === 0) return []
  const keys = named.map(({ key }) => key)
  const rows = await store.query<{ key: string }>(knownStatement, [store.organization_id, keys])
  const known = new Set(rows.map(({ key }) => key))
  return named
    .filter(({ key }) => !known.has(key))
    .map(
      ({ path }) =>
        `${joinPath([prefix, 'hand_off', ...path.split('.')])} is not the key of a team; the default team is asked`,
    )
}
