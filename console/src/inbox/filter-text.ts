// A short description of a filter, for its chip. Pure.
import { formatSeconds } from '../base/format.ts'
import { texts } from '../texts/index.ts'
import { describeTimes } from '../ui/describe-times.ts'
import { type FilterName, type Filters, isSet } from './filters.ts'
import { inboxTexts } from './texts.ts'

export function describeFilter(filters: Filters, name: FilterName, agentName: string | undefined): string {
  if (!isSet(filters, name)) return ''
  const range = (from: number | undefined, to: number | undefined, show: (value: number) => string) =>
    inboxTexts.filters.range(from === undefined ? undefined : show(from), to === undefined ? undefined : show(to))
  switch (name) {
    case 'status':
      return texts.statuses[filters.status!]
    case 'channel':
      return texts.channels[filters.channel!]
    case 'direction':
      return texts.directionNames[filters.direction!]
    case 'end_reason':
      return texts.endReasons[filters.parley_end_reason!]
    case 'turn_outcome':
      return texts.outcomes[filters.parley_turn_outcome!]
    case 'agent_id':
      return agentName ?? filters.agent_id!
    case 'created':
      return describeTimes({ after: filters.created_after, before: filters.created_before })
    case 'updated':
      return describeTimes({ after: filters.updated_after, before: filters.updated_before })
    case 'duration':
      return range(filters.duration_above, filters.duration_below, formatSeconds)
    case 'user_turn_count':
      return range(filters.user_turn_count_above, filters.user_turn_count_below, String)
    default:
      return filters[name]!
  }
}
