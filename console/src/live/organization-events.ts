// The events of the organization in this browser. A page that shows what they are about reads it again.
import type { OrganizationEvent } from '@parley/contract'
import type { OrganizationStreamEvent } from '@parley/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Session } from '../session/session.ts'
import { createFeed } from './join-feed.ts'

/** After a break what is shown is read again, so what happened meanwhile is not needed. */
const joinOrganizationEvents = createFeed<OrganizationStreamEvent>(
  'parley-organization-events',
  async function* read({ client }, after, signal) {
    const since = after === undefined ? {} : { after }
    const { last_sequence } = await client.listOrganizationEvents(since, { signal })
    yield { event: 'position', id: last_sequence }
    yield* client.streamOrganizationEvents({ after: last_sequence }, { signal })
  },
)

/** Reads queries again when one of the events happens. Callers without the permission to read events rely on what they poll. */
export function useRefreshOn(
  session: Session,
  types: readonly OrganizationEvent['type'][],
  ...keys: readonly (readonly unknown[])[]
): void {
  const queries = useQueryClient()
  const isAllowed = session.scopes.has('organizations:manage')
  // Both are constants of the page, written again at each render.
  const [wanted, changed] = [JSON.stringify(types), JSON.stringify(keys)]
  useEffect(() => {
    if (!isAllowed) return
    const refresh = () => {
      for (const queryKey of JSON.parse(changed) as unknown[][]) void queries.invalidateQueries({ queryKey })
    }
    const { leave } = joinOrganizationEvents(session, {
      onEvent: ({ event }) => (JSON.parse(wanted) as string[]).includes(event) && refresh(),
      onGap: refresh,
      onState: () => {},
    })
    return leave
  }, [session, isAllowed, queries, wanted, changed])
}
