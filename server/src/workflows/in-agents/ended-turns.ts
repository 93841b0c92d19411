// A turn that ends while calls of its tools have no result: the executions of these calls are cancelled (W10).
import type { Core } from '../../calls/core.ts'
import type { CommitAddition } from '../../conversations/conversations.ts'
import { statement } from '../../database/database.ts'
import { openReservedStore } from '../../database/store.ts'
import { addWork } from '../../work/add.ts'
import type { Outcome, WorkItem, WorkKind } from '../../work/port.ts'
import { changeExecution } from '../commit/change.ts'
import type { Workflows } from '../services.ts'

/** Its subject is the turn. */
const cancel_work = 'cancel_calls_of_turn'

export const cutCalls: CommitAddition = {
  on: ['turn_ended'],
  write(tx, { state, change }) {
    const { organization_id } = state
    const cut = state.open_turns.filter(({ id, pending_calls }) => {
      return pending_calls.length > 0 && change.ended_turns.some((ended) => ended.id === id)
    })
    for (const { id } of cut) {
      addWork(tx, cancel_work, { organization_id, owner: state.id, subject: id }, { in_ms: 0, notify: true })
    }
  },
}

export interface CutServices {
  readonly core: Pick<Core, 'database'>
  readonly room: Workflows
}

const openStatement = statement(
  'find_calls_of_turn',
  `select id from workflow_executions
   where organization_id = $1 and conversation_id = $2 and finished_at is null and trigger_type = 'ongoing_conversation'
     and trigger ->> 'turn_id' = $3`,
)

export function cancelWork({ core, room }: CutServices): WorkKind {
  return {
    name: cancel_work,
    lease_ms: 10_000,
    delays_ms: [250, 1000, 5000, 15_000],
    share: { node: 8, organization: 4, owner: 1 },
    async run({ owner, subject, organization_id }: WorkItem): Promise<Outcome> {
      const store = openReservedStore(core.database, organization_id!)
      const open = await store.query<{ id: string }>(openStatement, [organization_id, owner, subject])
      for (const { id } of open) {
        await changeExecution(room, store, 'cancel', id, { type: 'cancelled', reason: 'turn_ended' })
      }
      return { next: 'done' }
    },
    giveUp: null,
  }
}
