// The filters of a list, from options of the command line. Pure.
import type { Input } from '@parley/sdk'

export interface FilterFlags {
  status?: Input<'listConversations'>['status']
  channel?: Input<'listConversations'>['channel']
  agent?: string
  user?: string
  createdAfter?: string
  createdBefore?: string
}

export type Filters = Pick<
  Input<'listConversations'>,
  'status' | 'channel' | 'agent_id' | 'user_id' | 'created_after' | 'created_before'
>

export function filtersOf({ status, channel, agent, user, createdAfter, createdBefore }: FilterFlags): Filters {
  return {
    ...(status === undefined ? {} : { status }),
    ...(channel === undefined ? {} : { channel }),
    ...(agent === undefined ? {} : { agent_id: agent }),
    ...(user === undefined ? {} : { user_id: user }),
    ...(createdAfter === undefined ? {} : { created_after: createdAfter }),
    ...(createdBefore === undefined ? {} : { created_before: createdBefore }),
  }
}
