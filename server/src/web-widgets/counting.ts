// Counts what a widget refuses: in memory, since a flood must not write, and every ten seconds into the database. The first refusal by
// a limit on a day is reported at once.
import type { WidgetLimit } from '@parley/contract'
import { AppError } from '../base/errors.ts'
import type { Core } from '../calls/core.ts'
import { openReservedStore } from '../database/store.ts'
import { addOrganizationEvent } from '../events/events.ts'
import { type WidgetCounters, foldCounters, noteReached, writeRefusals } from './count-rows.ts'
import type { Refused } from './allowance-rows.ts'
import { waitOfCap } from './rules/allowances.ts'

const flush_ms = 10_000
/** After commits of this node have counted something: the cap of tokens reads what is not added up yet. */
const fold_ms = 1000
/** Widgets whose refusals wait to be written; of further ones nothing is counted until then. */
const most_widgets = 10_000
const most_fold_statements = 10

export interface RefusedWidget {
  id: string
  organization_id: string
  name: string
}

export interface Counting {
  /** Counts the refusal and returns the error to throw. */
  refuse(widget: RefusedWidget, refused: Refused): Promise<AppError>
  count(widget: Pick<RefusedWidget, 'id' | 'organization_id'>, limit: WidgetLimit): void
  /** Commits of this node count something. */
  noteCounters(): void
  /** Writes what was counted so far, and adds up what is in the database. */
  flush(): Promise<void>
  start(): AsyncDisposable
}

const caps: ReadonlySet<WidgetLimit> = new Set(['conversations_per_day', 'active_conversations', 'tokens_per_day'])

export function createCounting({ database, ports, log }: Pick<Core, 'database' | 'ports' | 'log'>): Counting {
  const waiting = new Map<string, { organization_id: string; counters: WidgetCounters }>()
  /** Limits that this node has reported on this day. */
  const reported = new Set<string>()
  let reported_on = ''

  function count({ id, organization_id }: Pick<RefusedWidget, 'id' | 'organization_id'>, limit: WidgetLimit): void {
    if (!waiting.has(id) && waiting.size >= most_widgets) return
    const { counters } = entryOf(id, organization_id)
    counters[`refused_${limit}`] = (counters[`refused_${limit}`] ?? 0) + 1
  }

  function entryOf(id: string, organization_id: string) {
    const entry = waiting.get(id) ?? { organization_id, counters: {} as WidgetCounters }
    waiting.set(id, entry)
    return entry
  }

  async function report({ id, organization_id, name }: RefusedWidget, limit: WidgetLimit): Promise<void> {
    const today = new Date(ports.clock.now()).toISOString().slice(0, 10)
    if (reported_on !== today) reported.clear()
    reported_on = today
    const mark = `${id} ${limit}`
    if (reported.has(mark)) return
    reported.add(mark)
    await openReservedStore(database, organization_id).transaction(async (tx) => {
      const day = await noteReached(tx, id, limit)
      if (day === null) return
      const data = { web_widget_id: id, name, limit, day }
      addOrganizationEvent(tx, {
        id: ports.newId(),
        organization_id,
        type: 'web_widget.limit_reached',
        subject: id,
        data,
      })
    })
  }

  const warn = (error: unknown) => log.warn({ err: error }, 'could not write what web widgets have counted')
  const folds = soonAfter(ports, () => foldCounters(database, most_fold_statements).catch(warn))

  async function flush(): Promise<void> {
    const refusals = [...waiting].map(([widget_id, entry]) => ({ widget_id, ...entry }))
    waiting.clear()
    if (refusals.length > 0) await writeRefusals(database, refusals)
    await foldCounters(database, most_fold_statements)
  }

  return {
    count,
    noteCounters: folds.request,
    flush,
    async refuse(widget, { limit, wait_seconds }) {
      count(widget, limit)
      // The refusal does not depend on whether it could be reported.
      await report(widget, limit).catch((error: unknown) => {
        reported.delete(`${widget.id} ${limit}`)
        log.warn({ err: error, web_widget_id: widget.id, limit }, 'could not report a limit that was reached')
      })
      const retry_after = wait_seconds ?? waitOfCap(limit, ports.clock.now())
      return new AppError(caps.has(limit) ? 'widget_cap_reached' : 'rate_limited', undefined, {}, { retry_after })
    },
    start: () => repeatFlush(ports, () => flush().catch(warn), folds.stop),
  }
}

/** Once for all that ask for it within a second. */
function soonAfter({ clock }: Core['ports'], fold: () => Promise<void>) {
  let folding = Promise.resolve()
  let cancel: (() => void) | null = null
  let isOver = false
  return {
    request(): void {
      if (isOver) return
      cancel ??= clock.after(fold_ms, () => {
        cancel = null
        folding = fold()
      })
    },
    async stop(): Promise<void> {
      isOver = true
      cancel?.()
      await folding
    },
  }
}

/** Every ten seconds, and once more at the end. */
function repeatFlush(
  { clock }: Core['ports'],
  flush: () => Promise<void>,
  stopFolds: () => Promise<void>,
): AsyncDisposable {
  let flushing = Promise.resolve()
  let stop = clock.after(flush_ms, next)
  function next(): void {
    flushing = flush()
    stop = clock.after(flush_ms, next)
  }
  return {
    async [Symbol.asyncDispose]() {
      stop()
      await stopFolds()
      await flushing
      await flush()
    },
  }
}
