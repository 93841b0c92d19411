// Whether a stopped budget forbids a call (P2): each node knows from memory which budgets are used up, and looks every second while any budget
// can stop something. Without one, nothing is read: a change of a budget is published with its commit. Writes nothing.
import type { Channel } from '@parley/contract'
import { AppError } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import { type Database, type Pipeline, acrossOrganizations } from '../database/database.ts'
import { type Bus, channel } from '../live/bus.ts'
import { topic } from '../live/topics.ts'
import { type Counter, type Metrics } from '../telemetry/metrics.ts'
import type { Logger } from 'pino'

/** Whose call it is; `agent_id` null: of no stored agent. */
export interface Spender {
  organization_id: string
  agent_id: string | null
}

export interface StoppedBudget {
  id: string
  organization_id: string
  agent_id: string | null
  subtree: boolean
  /** What end users are answered; null: nothing is set. */
  message: string | null
  /** Null: never by itself. */
  resets_at: string | null
}

/** Who gets the answer: on most channels nobody reads a status. */
export interface Addressed {
  channel: Channel
  web_widget_id: string | null
}

export interface BudgetGate {
  /** The budget that forbids it; null: none. Begins no later than `fresh_ms` after the look that it relies on. */
  find(spender: Spender): Promise<StoppedBudget | null>
  /** Throws `BudgetExceeded`, unless those who would be refused get a text as their answer. */
  accept(spender: Spender, to: Addressed): Promise<void>
  /** Throws `BudgetExceeded`. */
  require(spender: Spender): Promise<void>
  start(): Promise<Disposable>
}

const changed = topic<string>('budgets')
const notifyStatement = acrossOrganizations(
  'every node looks at the budgets of all organizations',
  'announce_budgets',
  `select pg_notify('${channel}', '${changed.name} ')`,
)

/** With the commit: every node looks at once. */
export function announceBudgets(tx: Pipeline): void {
  tx.send(notifyStatement, [])
}

const look_ms = 1000
/** A call may begin if the last look began no longer ago (P2: two seconds, less what a call takes to begin). */
const fresh_ms = 1500
/** Looks that a call waits for: each may have begun before a change. */
const max_looks = 4

const lookStatement = acrossOrganizations(
  'a node serves all organizations',
  'look_at_budgets',
  `select s.id, s.organization_id, s.agent_id, s.subtree, s.message, s.resets_at
   from (select where exists (select from budgets where stop and active)) any_of_them
   left join lateral (
     select b.id, b.organization_id, b.agent_id, b.subtree, b.message, nullif(p.ends_at, 'infinity') as resets_at
     from budgets b join budget_periods p on p.budget_id = b.id and p.starts_at <= $1 and p.ends_at > $1
     where b.stop and b.active and p.spent >= b.amount
   ) s on true`,
)
const ancestorsStatement = acrossOrganizations(
  'budgets of organizations above',
  'read_ancestors_of_spender',
  'select ancestors from organizations where id = $1',
)

export const over_budget: Counter<'of'> = {
  name: 'parley_over_budget_total',
  help: 'Messages, conversations and calls of models that a stopped budget has refused.',
  labels: ['of'],
  from_start: [{ of: 'accept' }, { of: 'call' }],
}

export interface GateOptions {
  database: Database
  bus: Bus
  clock: Clock
  log: Pick<Logger, 'warn'>
  metrics: Metrics
}

interface Seen {
  /** On the monotonic clock. */
  began_at: number
  /** Of changes that had been heard of when it began. */
  changes: number
  /** Whether any budget can stop something. */
  has_any: boolean
  stopped: StoppedBudget[]
  /** By organization; those of calls that asked since. */
  ancestors: Map<string, Promise<readonly string[]>>
}

export function createBudgetGate(options: GateOptions): BudgetGate {
  options.metrics.declare(over_budget)
  return new NodeGate(options)
}

class NodeGate implements BudgetGate {
  readonly #options: GateOptions
  #seen: Seen = { began_at: -Infinity, changes: 0, has_any: true, stopped: [], ancestors: new Map() }
  /** Heard of. A look that began before one does not know it. */
  #changes = 0
  /** Whether messages arrived when the last look began. */
  #was_connected = false
  #looking: Promise<void> | null = null
  #isOver = false
  #stopTimer = () => {}

  constructor(options: GateOptions) {
    this.#options = options
  }

  async find({ organization_id, agent_id }: Spender): Promise<StoppedBudget | null> {
    const { stopped, ancestors } = this.#isGood() ? this.#seen : await this.#see()
    if (stopped.length === 0) return null
    const own = stopped.find(
      (budget) =>
        budget.organization_id === organization_id && (budget.agent_id === null || budget.agent_id === agent_id),
    )
    if (own) return own
    const above = stopped.filter(({ subtree }) => subtree)
    if (above.length === 0) return null
    const known = ancestors.get(organization_id) ?? this.#readAncestors(organization_id)
    ancestors.set(organization_id, known)
    const ids = await known
    return above.find((budget) => ids.includes(budget.organization_id)) ?? null
  }

  async accept(spender: Spender, to: Addressed): Promise<void> {
    const stopped = await this.find(spender)
    if (!stopped || textOf(stopped, to) !== null) return
    this.#options.metrics.count(over_budget, { of: 'accept' })
    throw new BudgetExceeded(stopped)
  }

  async require(spender: Spender): Promise<void> {
    const stopped = await this.find(spender)
    if (!stopped) return
    this.#options.metrics.count(over_budget, { of: 'call' })
    throw new BudgetExceeded(stopped)
  }

  async start(): Promise<Disposable> {
    const { bus } = this.#options
    bus.subscribe(changed, () => {
      this.#changes += 1
      this.#lookQuietly()
    })
    await this.#look()
    this.#tick()
    return {
      [Symbol.dispose]: () => {
        this.#isOver = true
        this.#stopTimer()
      },
    }
  }

  /** Whether the last look still says all: it is young, or nothing can be stopped and every change would have been heard. */
  #isGood(): boolean {
    const { began_at, changes, has_any } = this.#seen
    if (changes !== this.#changes) return false
    if (!has_any && this.#was_connected && this.#options.bus.isConnected) return true
    return this.#options.clock.monotonic() - began_at <= fresh_ms
  }

  async #see(): Promise<Seen> {
    for (let looks = 0; looks < max_looks; looks += 1) {
      if (this.#isGood()) return this.#seen
      await this.#look()
    }
    if (this.#isGood()) return this.#seen
    throw new AppError('unavailable')
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => (this.#looking = null))
    return this.#looking
  }

  async #lookOnce(): Promise<void> {
    const { database, bus, clock } = this.#options
    const began_at = clock.monotonic()
    const changes = this.#changes
    // A connection that is lost meanwhile may miss a change.
    const is_connected = bus.isConnected
    const rows = await database.query<StoppedBudget>(lookStatement, [new Date(clock.now()).toISOString()])
    this.#was_connected = is_connected
    const stopped = rows.filter(({ id }) => id !== null)
    this.#seen = { began_at, changes, has_any: rows.length > 0, stopped, ancestors: new Map() }
  }

  /** Again, if one that knows less is under way. */
  #lookQuietly(): void {
    const { log } = this.#options
    const before = this.#looking ?? Promise.resolve()
    before
      .catch(() => {})
      .then(() => this.#look())
      .catch((error: unknown) => log.warn({ err: error }, 'could not look at budgets; retrying'))
  }

  #tick(): void {
    if (this.#isOver) return
    this.#stopTimer = this.#options.clock.after(look_ms, () => {
      if (this.#seen.has_any || !this.#isGood()) this.#lookQuietly()
      this.#tick()
    })
  }

  async #readAncestors(organization_id: string): Promise<readonly string[]> {
    const [row] = await this.#options.database.query<{ ancestors: string[] }>(ancestorsStatement, [organization_id])
    return row?.ancestors ?? []
  }
}

/** Who wants to make the call decides what follows: a text, a pause, doing without, or this refusal. */
export class BudgetExceeded extends AppError {
  readonly stopped: StoppedBudget

  constructor(stopped: StoppedBudget) {
    super('budget_exceeded', undefined, { resets_at: stopped.resets_at })
    this.stopped = stopped
  }
}

/** Throws any other error. */
export function passBudgetExceeded(error: unknown): BudgetExceeded {
  if (error instanceof BudgetExceeded) return error
  throw error
}

export const not_called = 'A budget is used up, so the model was not called.'

/** What end users are answered who read no status, unless the budget says something else. */
const built_in_text = 'Sorry, I cannot answer at the moment. Please try again later.'

/** The answer without a model; null: an error. */
export function textOf({ message }: StoppedBudget, { channel, web_widget_id }: Addressed): string | null {
  return message ?? (channel !== 'text' || web_widget_id !== null ? built_in_text : null)
}
