// Refuses new conversations that a stopped budget forbids, before anything is stored.
import type { Addressed } from '../budgets/gate.ts'
import type { Context } from '../calls/context.ts'
import type { BegunConversation } from './channel-port.ts'

/** A call that is repeated gets its first answer. */
export async function refuseOverBudget(
  { core, store: { organization_id }, key }: Context,
  { channel }: BegunConversation,
  widget: Pick<Addressed, 'web_widget_id'>,
  agent_id: string | null | undefined,
): Promise<void> {
  try {
    await core.budgets.accept({ organization_id, agent_id: agent_id?.toLowerCase() ?? null }, { channel, ...widget })
  } catch (error) {
    await key?.requireNew()
    throw error
  }
}
