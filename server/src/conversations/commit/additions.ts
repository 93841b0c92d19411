// What rooms add to the commit of a conversation's change: rows that exist if and only if the change does.
import type { Pipeline } from '../../database/database.ts'
import type { Change } from '../machine/change.ts'
import type { Planned } from '../machine/plan.ts'

type Happening = 'created' | 'items' | 'turn_ended' | 'ended' | 'handled' | 'told'

export interface CommitAddition {
  on: Happening[]
  /** Sends statements and reads nothing: it must not cost the commit a round trip. */
  write?(tx: Pipeline, plan: Planned): void
  /** The same for all changes of the commit that it is for, with as few statements. */
  writeAll?(tx: Pipeline, plans: Planned[]): void
}

/** Sends the additions for plans that are being written. */
export function sendAdditions(tx: Pipeline, additions: CommitAddition[], plans: Planned[], isBirth = false): void {
  const happened = new Map(plans.map((plan) => [plan, happeningsOf(plan.change, isBirth)]))
  for (const { on, write, writeAll } of additions) {
    const concerned = plans.filter((plan) => on.some((one) => happened.get(plan)!.has(one)))
    for (const plan of concerned) write?.(tx, plan)
    if (concerned.length > 0) writeAll?.(tx, concerned)
  }
}

/** Whether no room has anything to write with the plan. */
export function addsNothing(additions: CommitAddition[], plan: Planned, isBirth = false): boolean {
  let isAlone = true
  // Additions read nothing, so a pipeline that only takes notice of what is sent is enough for them.
  const noticing = { send: () => void (isAlone = false) } as unknown as Pipeline
  sendAdditions(noticing, additions, [plan], isBirth)
  return isAlone
}

function happeningsOf({ items, ended_turns, end, handling, events }: Change, isBirth: boolean): ReadonlySet<Happening> {
  const all: [Happening, boolean][] = [
    ['created', isBirth],
    ['items', items.length > 0],
    ['turn_ended', ended_turns.length > 0],
    ['ended', end !== null],
    ['handled', handling !== null],
    ['told', events.some(({ type }) => /^conversation\.(handoff_declined|rated)$/.test(type))],
  ]
  return new Set(all.flatMap(([happening, isSo]) => (isSo ? [happening] : [])))
}
