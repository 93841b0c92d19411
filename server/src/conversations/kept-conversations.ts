// Conversations as this node has left them, so that their next message need not read them again. One may have changed since, so it is good only
// for a message that is stored if nothing has (commit/if-unchanged.ts).
import { LRUCache } from 'lru-cache'
import { charactersOf } from '../base/json.ts'
import type { Clock } from '../base/ports.ts'
import type { Planned } from './machine/plan.ts'
import type { ConversationRecord, FoundConversation } from './machine/rows.ts'
import { foundAfterBirth, foundAfterReply } from './machine/usual-changes.ts'
import type { BegunTurn } from './turn-runner.ts'

const most_characters = 16 * 1024 * 1024
/** The name of the agent is not compared: a new one is told after this time. */
const kept_ms = 10_000

export class KeptConversations {
  readonly #kept: LRUCache<string, FoundConversation>

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#kept = new LRUCache<string, FoundConversation>({
      ...{ maxSize: most_characters, sizeCalculation: charactersOf },
      ...{ ttl: kept_ms, ttlResolution: 0, perf: { now: () => clock.monotonic() } },
    })
  }

  /** One that was created here. */
  noteBirth(record: ConversationRecord, counts: { items: number; events: number }): void {
    this.#note(foundAfterBirth(record, counts))
  }

  /** A turn that began here was answered. Known only if nothing has changed in between. */
  noteReply(begun: BegunTurn | undefined, answered: Planned): void {
    const isAsLeft = begun?.left?.updated_at === answered.state.updated_at
    if (begun && isAsLeft) this.#note(foundAfterReply(answered, begun.conversation))
  }

  #note(found: FoundConversation | null): void {
    if (found) this.#kept.set(found.id, found)
  }

  /** What is taken may be wrong, so it is kept no longer. */
  take(organization_id: string, id: string): FoundConversation | null {
    const found = this.#kept.get(id)
    if (found?.organization_id !== organization_id) return null
    this.#kept.delete(id)
    return found
  }
}
