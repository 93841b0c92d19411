// A team as the API shows it.
import type { Team } from '@parley/contract'
import { isOpenAt, nextChange } from '../../conversations/machine/open-hours.ts'
import type { TeamRecord } from './rows.ts'

export function presentTeam({ settings, members, now, ...team }: TeamRecord): Team {
  const { business_hours: hours } = settings
  const { id, key, name, is_default, revision, created_at, updated_at } = team
  return {
    ...{ id, key, name, is_default, ...settings, members },
    is_open: isOpenAt(hours, now),
    changes_at: nextChange(hours, now),
    ...{ revision, created_at, updated_at },
  }
}
