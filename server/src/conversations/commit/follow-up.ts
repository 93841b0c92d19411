// What follows a commit in this process: started turns are carried out, waiting calls are woken. And its reverse: stopping
// the attempt that runs here so that a commit can keep what it had said.
import type { Services } from '../../calls/context.ts'
import type { Committed } from './commit.ts'
import type { Partial } from '../machine/turn-endings.ts'

type Part = Pick<Services, 'runner' | 'signals' | 'endings' | 'ports' | 'bus' | 'live' | 'node_id' | 'feeds'>

export function conclude(services: Part, conversation_id: string, committed: Committed<unknown>): void {
  if (committed.started) services.runner.start(committed.started)
  for (const ended of committed.ended_turns) {
    const { id, nodes } = ended
    services.runner.stop(id)
    services.endings.tell(id, ended)
    services.signals.notify(id)
    if (nodes.some((node) => node !== services.node_id)) void services.bus.publish({ topic: 'changed', id })
  }
  announce(services, conversation_id)
  const { organization_id, listed } = committed
  if (listed === 'change') services.feeds.announce(organization_id)
  if (listed === 'progress') services.feeds.progress.note(organization_id, conversation_id)
}

/** The signal's key for events of any conversation that this node has stored. */
export const eventsKey = 'events'

/** Something of the conversation was stored: whoever reads it, here or elsewhere, looks, and so does who delivers events. */
export function announce({ signals, live }: Pick<Services, 'signals' | 'live'>, conversation_id: string): void {
  signals.notify(conversation_id)
  signals.notify(eventsKey)
  live.announceStored(conversation_id)
}

/**
 * Stops the attempt that runs, here or on another node, commits with what it had said, and lets it run again if nothing came of the commit:
 * it threw, or its decision left the turn alone.
 */
export async function withHalt<Answer>(
  services: Part,
  conversation_id: string,
  commit: (partial: Partial | null) => Promise<Committed<Answer>>,
): Promise<Committed<Answer>> {
  const halted = await services.runner.halt(conversation_id)
  let isConcluded = false
  try {
    const partial = halted && { ...halted, message_id: services.ports.newId() }
    const committed = await commit(partial)
    isConcluded = !halted || committed.ended_turns.some(({ id }) => id === halted.turn_id)
    return committed
  } finally {
    halted?.release(isConcluded)
  }
}
