// The SQL of who looks at conversations and who types in them. Rows lapse by the database's clock.
import type { PresenceState } from '@parley/contract'
import { acrossOrganizations, statement } from '../../database/database.ts'
import type { Executor } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

export const viewing_seconds = 45
export const typing_seconds = 6
/** Of one conversation. */
const most_read = 1000

export interface Shower {
  type: 'user' | 'external' | 'end_user'
  id: string | null
  name: string | null
}

const keyOf = ({ type, id }: Shower) => (id === null ? type : `${type} ${id}`)
const isViewing = `seen_at > clock_timestamp() - interval '${viewing_seconds} seconds'`

const showStatement = statement(
  'show_presence',
  `with before as (
     select ${isViewing} as was_there, coalesce(typing_until > clock_timestamp(), false) as was_typing
     from conversation_presence where organization_id = $1 and conversation_id = $2 and person = $3
   )
   insert into conversation_presence (organization_id, conversation_id, person, type, person_id, name, seen_at, typing_until)
   values ($1, $2, $3, $4, $5, $6, clock_timestamp(),
     case when $7 then clock_timestamp() + interval '${typing_seconds} seconds' end)
   on conflict (conversation_id, person) do update
     set seen_at = excluded.seen_at, typing_until = excluded.typing_until, name = excluded.name
   returning not coalesce((select was_there from before), false) or $7 <> coalesce((select was_typing from before), false)
     as has_changed`,
)
const leaveStatement = statement(
  'leave_conversation',
  'delete from conversation_presence where organization_id = $1 and conversation_id = $2 and person = $3 returning true as has_changed',
)

/** Whether others see something new. */
export async function showPresenceOf(
  store: Store,
  conversation_id: string,
  who: Shower,
  state: PresenceState,
): Promise<boolean> {
  const own = [store.organization_id, conversation_id, keyOf(who)]
  const [row] =
    state === 'idle'
      ? await store.query<{ has_changed: boolean }>(leaveStatement, own)
      : await store.query<{ has_changed: boolean }>(showStatement, [
          ...own,
          ...[who.type, who.id, who.name, state === 'typing'],
        ])
  return row?.has_changed ?? false
}

const stopStatement = statement(
  'stop_typing',
  `update conversation_presence set typing_until = null
   where organization_id = $1 and conversation_id = $2 and person = any($3) and typing_until > clock_timestamp()
   returning true as has_changed`,
)

/** Whether any of them typed. */
export async function stopTypingOf(store: Store, conversation_id: string, who: readonly Shower[]): Promise<boolean> {
  const values = [store.organization_id, conversation_id, who.map(keyOf)]
  return (await store.query(stopStatement, values)).length > 0
}

export interface PresentPerson extends Shower {
  is_typing: boolean
  /** Milliseconds until something about them lapses. */
  lapses_in_ms: number
}

const columns = `type, person_id as id, name, coalesce(typing_until > clock_timestamp(), false) as is_typing,
  ceil(extract(epoch from case when typing_until > clock_timestamp() then typing_until
    else seen_at + interval '${viewing_seconds} seconds' end - clock_timestamp()) * 1000)::integer as lapses_in_ms`

const readStatement = statement(
  'read_presence',
  `select ${columns} from conversation_presence where organization_id = $1 and conversation_id = $2 and ${isViewing}
     and (type <> 'end_user' or typing_until > clock_timestamp())
   order by person limit ${most_read}`,
)

export function readPresence(store: Store, conversation_id: string): Promise<PresentPerson[]> {
  return store.query(readStatement, [store.organization_id, conversation_id])
}

const readAllStatement = statement(
  'read_presence_of_organization',
  `select conversation_id, ${columns} from conversation_presence
   where organization_id = $1 and ${isViewing} and type <> 'end_user' order by conversation_id, person limit 5000`,
)

/** People who look at any conversation. */
export function readAllPresence(store: Store): Promise<(PresentPerson & { conversation_id: string })[]> {
  return store.query(readAllStatement, [store.organization_id])
}

const forgetStatement = acrossOrganizations(
  'what has lapsed, of everybody',
  'forget_presence',
  `delete from conversation_presence where seen_at < clock_timestamp() - interval '2 minutes'`,
)

export async function forgetPresence(database: Executor): Promise<void> {
  await database.query(forgetStatement, [])
}
