// In a copy that contacts nobody, turns that were open in the original are cancelled: their model and their tools would be called again.
import { openReservedStore } from '../database/store.ts'
import { changeConversation } from './commit/commit.ts'
import { type OpenTurnPlace, findOpenTurns } from './commit/leases.ts'
import { decideCancel } from './machine/decisions.ts'
import type { Conversations } from './services.ts'

/** Before anything carries turns out. Returns how many there were. */
export async function cancelOpenTurns(
  { core: { database }, commits }: Conversations,
  accepted_before: string,
): Promise<number> {
  let [cancelled, last]: [number, OpenTurnPlace | null] = [0, null]
  for (;;) {
    const turns: OpenTurnPlace[] = await findOpenTurns(database, accepted_before, last)
    // The last one of a conversation first, so that none starts because another one is over.
    for (const { organization_id, conversation_id: id, turn_id } of turns) {
      const store = openReservedStore(database, organization_id)
      await changeConversation(store, commits, { change: 'cancel', id }, (state) => decideCancel(state, turn_id, null))
    }
    cancelled += turns.length
    last = turns.at(-1) ?? null
    if (last === null) return cancelled
  }
}
