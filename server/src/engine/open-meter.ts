// The meter of an attempt: what its calls of the model pass before they begin, and where those that were made in vain are counted.
import { countCallsInVain } from '../conversations/conversations.ts'
import { openStore } from '../database/store.ts'
import type { CountedCall } from '../usage/usage.ts'
import { CallMeter } from './call-meter.ts'
import type { RunningAttempt } from './running-attempt.ts'
import type { EngineServices } from './services.ts'

interface Around {
  /** What the same attempt has used before it was stopped for a while. */
  left: CountedCall[]
  retried(write: () => Promise<boolean>): Promise<boolean>
  /** Throws if the attempt does not hold its turn any more. */
  goOn(isHeld: boolean): void
}

export function openMeter(
  { usage, ports, database }: Pick<EngineServices, 'usage' | 'ports' | 'database'>,
  attempt: RunningAttempt,
  { left, retried, goOn }: Around,
): CallMeter {
  const { lease } = attempt
  const { organization_id, conversation_id, turn_id } = lease
  const agentId = () => attempt.found?.conversation.agent_id ?? null
  const counting = { organization_id, conversation_id, kind: 'model_call', purpose: 'reply' } as const
  const admit = () => usage.admit({ ...counting, agent_id: agentId() })
  const settle = async (calls: CountedCall[]) => {
    const store = openStore(database, organization_id)
    goOn(await retried(() => countCallsInVain(store, lease, agentId(), calls)))
  }
  return new CallMeter({ ports, turn_id, admit, settle }, left)
}
