// Finds turns that nobody carries out and takes them over: their leases have run out, or their node is gone.
import type { Logger } from 'pino'
import { AppError } from '../base/errors.ts'
import {
  type AbandonedTurn,
  type Committed,
  changeConversation,
  expireLeasesOfNodes,
  findAbandonedTurns,
  followUp,
} from '../conversations/conversations.ts'
import { readAgentConfig } from '../agents/agents.ts'
import type { FailureRule } from '../conversations/machine/agent-hand-off.ts'
import { decideTakeover, failsAtTakeover } from '../conversations/machine/attempt-decisions.ts'
import type { LockedConversation } from '../conversations/machine/change.ts'
import { findConversation } from '../conversations/read/conversation.ts'
import { type Store, openReservedStore } from '../database/store.ts'
import { failureRuleOf } from './hand-off.ts'
import { taken_over } from './metrics.ts'
import type { EngineServices } from './services.ts'

/** Longer than a stopped process can hold the conversation's lock, with some time for a queue behind it. */
const lock_wait_ms = 6000
/** After the database was away, the leases of live nodes may have run out: they have this time to renew them. */
const grace_ms = 10_000
/** The share of the database connections for takeovers, which may all wait for locks. */
const share = 0.25

export class Takeovers {
  readonly #services: EngineServices
  readonly #log: Logger
  readonly #runsHere: (turn_id: string) => boolean
  readonly #most: number
  /** In progress, by turn. */
  readonly #running = new Map<string, Promise<void>>()
  #isSweeping = false
  #sweepsAgain = false
  #isStopped = false
  #wasAway = false
  /** On the monotonic clock. */
  #spares_until = -Infinity

  /** `runsHere`: whether an attempt of this turn runs in this process. */
  constructor(services: EngineServices, log: Logger, runsHere: (turn_id: string) => boolean) {
    this.#services = services
    this.#runsHere = runsHere
    this.#log = log
    this.#most = Math.max(1, Math.floor(services.config.database_connections * share))
  }

  /** Whether it is looking for abandoned turns, or taking one over. */
  get isBusy(): boolean {
    return this.#isSweeping || this.#running.size > 0
  }

  /** Starts no more takeovers. */
  stop(): void {
    this.#isStopped = true
  }

  /** The database could not be reached, so other nodes could not renew their leases either. */
  noticeOutage(): void {
    this.#wasAway = true
  }

  /** The nodes are gone: their turns are taken over now, here or elsewhere. */
  async freeTurnsOf(node_ids: string[]): Promise<void> {
    await expireLeasesOfNodes(this.#services.database, node_ids)
    this.sweep().catch((error: unknown) => this.#warn(error))
  }

  /** Side by side, so that a takeover that waits for a lock does not delay the others. Once more if asked meanwhile. */
  async sweep(): Promise<void> {
    this.#sweepsAgain = true
    if (this.#isSweeping) return
    this.#isSweeping = true
    try {
      while (this.#sweepsAgain && !this.#isStopped) {
        this.#sweepsAgain = false
        await this.#sweepOnce()
      }
    } finally {
      this.#isSweeping = false
    }
  }

  async #sweepOnce(): Promise<void> {
    for (const turn of await this.#find()) {
      while (this.#running.size >= this.#most) await Promise.race(this.#running.values())
      if (this.#isStopped) return
      // It stays queued, for a node that has less to do, or for a later sweep. One that ran goes on, or fails in time (T7, T10).
      if (!turn.is_running && this.#services.load.holdsTurns) continue
      if (this.#running.has(turn.turn_id)) continue
      const takeover = this.#takeOver(turn)
        .catch((error: unknown) => this.#warn(error))
        .finally(() => this.#running.delete(turn.turn_id))
      this.#running.set(turn.turn_id, takeover)
    }
  }

  async #find(): Promise<AbandonedTurn[]> {
    const { database, node, ports } = this.#services
    const spares = this.#wasAway || ports.clock.monotonic() < this.#spares_until
    const found = await findAbandonedTurns(database, spares ? node.id : null)
    if (this.#wasAway) this.#spares_until = ports.clock.monotonic() + grace_ms
    this.#wasAway = false
    // A sweep can be sooner than the renewal of this node's own leases.
    return spares ? found.filter(({ turn_id }) => !this.#runsHere(turn_id)) : found
  }

  async #takeOver(turn: AbandonedTurn): Promise<void> {
    const { database, conversations } = this.#services
    const decide = async (state: LockedConversation, tx: Store) =>
      decideTakeover(state, turn.turn_id, await this.#ruleOf(state, tx, turn.turn_id))
    const store = openReservedStore(database, turn.organization_id)
    const target = { change: 'takeover', id: turn.conversation_id, lock_wait_ms } as const
    const committed = await nullIfDeleted(() => changeConversation(store, conversations.commits, target, decide))
    if (!committed || committed.answer === 'nothing') return
    this.#services.metrics.count(taken_over, { outcome: committed.answer })
    this.#log.warn({ turn_id: turn.turn_id, outcome: committed.answer }, 'took over an abandoned turn')
    followUp(conversations, turn.conversation_id, committed)
  }

  /** What follows if the turn fails; null: it does not, or nothing. */
  async #ruleOf(state: LockedConversation, tx: Store, turn_id: string): Promise<FailureRule | null> {
    const { conversations, config: settings } = this.#services
    if (!failsAtTakeover(state, turn_id) || state.agent_version_id === null) return null
    const conversation = await findConversation(tx, state.id)
    if (!conversation) return null
    const config = await readAgentConfig(tx, state.agent_version_id, state.channel, settings.default_model)
    return failureRuleOf(conversations, { store: tx, conversation, config })
  }

  #warn(error: unknown): void {
    this.#log.warn({ err: error }, 'could not take over a turn; retrying')
  }
}

/** Null if the conversation was deleted meanwhile. */
export async function nullIfDeleted<Answer>(
  commit: () => Promise<Committed<Answer>>,
): Promise<Committed<Answer> | null> {
  try {
    return await commit()
  } catch (error) {
    if (error instanceof AppError && error.error === 'not_found') return null
    throw error
  }
}
