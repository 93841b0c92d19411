// What follows a commit in this process: it carries out started turns and wakes waiting calls. And before a commit: stopping
// the local attempt so that the commit can keep its text.
import type { Core } from '../../calls/core.ts'
import { changeKey, changed, eventsKey } from '../../live/shared.ts'
import { measureChange } from '../metrics.ts'
import type { Conversations } from '../services.ts'
import type { Committed } from './commit.ts'
import type { PartialReply } from '../machine/turn-endings.ts'

export function followUp(
  { core, runner, results, watcher, heard }: Conversations,
  conversation_id: string,
  committed: Committed<unknown>,
): void {
  const { node } = core
  measureChange(core.metrics, committed.measured)
  const { signals, bus } = core.live
  if (committed.started) runner.start(committed.started)
  for (const ended of committed.ended_turns) {
    const { id, nodes } = ended
    runner.stop(id)
    heard.forget(id)
    results.tell(id, ended)
    signals.notify(changeKey(id))
    if (nodes.some((other) => other !== node.id)) void bus.publish(changed, id)
  }
  announce(core, conversation_id)
  const { organization_id, listed } = committed
  if (listed === 'change') watcher.changed(organization_id)
  if (listed === 'progress') watcher.progressed(organization_id, conversation_id)
}

/** Events of the conversation were stored: wakes its readers, here and on other nodes, and the delivery of events. */
export function announce({ live }: Pick<Core, 'live'>, conversation_id: string): void {
  live.signals.notify(changeKey(conversation_id))
  live.signals.notify(eventsKey)
  live.turns.announceStored(conversation_id)
}

/**
 * Stops the running attempt, here or on another node, and commits with the text it had produced. The attempt may run again if
 * the commit
 * threw or its decision left the turn alone.
 */
export async function withHalt<Answer>(
  { core, runner }: Conversations,
  conversation_id: string,
  commit: (partial: PartialReply | null) => Promise<Committed<Answer>>,
): Promise<Committed<Answer>> {
  const halted = await runner.halt(conversation_id)
  let isConcluded = false
  try {
    const partial = halted && { ...halted, message_id: core.ports.newId() }
    const committed = await commit(partial)
    isConcluded = !halted || committed.ended_turns.some(({ id }) => id === halted.turn_id)
    return committed
  } finally {
    halted?.release(isConcluded)
  }
}
