// The leased work of billing: counting what calls cost, corrections, the events of budgets, and the clean-up.
import type { Ports } from '../base/ports.ts'
import { billingSettings } from '../budgets/settings.ts'
import type { Core } from '../calls/core.ts'
import type { Database } from '../database/database.ts'
import { foldStatistics } from '../statistics/statistics.ts'
import type { WorkKind } from '../work/port.ts'
import { sendBudgetEvents } from './budget-events.ts'
import { measureCost } from './metrics.ts'
import { type NoteCost, moveUsage } from './move.ts'
import { addPeriods, findWithoutNextPeriod, readStoppingUnits } from './rows/budgets.ts'
import { deleteOldEntries, deleteOldPeriods } from './rows/clean-up.ts'
import { correctBatch } from './rows/recalculations.ts'
import { periodsFrom } from './rules/periods.ts'

export const move_work = 'move_usage'
export const recalculation_work = 'recalculate_prices'

const minute_ms = 60_000
const hour_ms = 3_600_000
const day_ms = 86_400_000
/** With a budget that stops. */
const soon_ms = 5000

/** A million rows; the rest follows a minute later. */
const moves_at_once = 100
const folds_at_once = 100
/** Of budgets. */
const periods_at_once = 1000
/** Entries of a correction's batch. */
const corrected_at_once = 1000
const deleted_at_once = 10_000
const deletions_of_run = 100
/** Periods of budgets, with the marks of their events. */
const period_days = 400

const alone = { node: 1, organization: 1, owner: 1 }

interface MoveServices {
  database: Database
  ports: Pick<Ports, 'clock' | 'newId'>
  note?: NoteCost
}

/**
 * Before anything is counted in a period, the period is there: the next one is made while the current one lasts. Returns after how long it is due
 * again.
 */
export async function countUsage({ database, ports, note }: MoveServices): Promise<number> {
  const now = ports.clock.now()
  const rules = await findWithoutNextPeriod(database, new Date(now).toISOString(), periods_at_once)
  const periods = rules.flatMap((rule) => periodsFrom(rule, now).map((period) => ({ ...rule, ...period })))
  if (periods.length > 0) await addPeriods(database, periods)
  await moveUsage(database, moves_at_once, note)
  const units = await readStoppingUnits(database)
  if (units.includes('messages') || units.includes('conversations')) await foldStatistics(database, folds_at_once)
  await sendBudgetEvents(database, ports)
  return units.length > 0 || rules.length === periods_at_once ? soon_ms : minute_ms
}

export function billingWork(core: Core): WorkKind[] {
  const { database, ports, config } = core
  const note = measureCost(core.metrics)
  const { entry_days } = config.of(billingSettings)
  return [
    {
      name: move_work,
      lease_ms: 10_000,
      delays_ms: [1000, soon_ms, minute_ms],
      share: alone,
      run: async () => ({ next: { again_in_ms: await countUsage({ database, ports, note }) } }),
      giveUp: null,
      standing: true,
    },
    {
      name: recalculation_work,
      lease_ms: 10_000,
      delays_ms: [1000, 5000, 30_000, minute_ms],
      share: { node: 2, organization: 1, owner: 1 },
      async run(_item, port) {
        const ids = () => Array.from({ length: corrected_at_once }, () => ports.newId())
        while (await port.commit((tx) => correctBatch(tx, ids()))) {
          port.signal.throwIfAborted()
          if (port.stopping.aborted) return { next: { again_in_ms: 0 } }
        }
        return { next: 'done' }
      },
      giveUp: null,
    },
    {
      name: 'clean_up_usage',
      lease_ms: 10_000,
      delays_ms: [5000, minute_ms],
      share: alone,
      async run(_item, { signal }) {
        const before = (days: number) => new Date(ports.clock.now() - days * day_ms).toISOString()
        for (let times = 0; times < deletions_of_run && !signal.aborted; times += 1) {
          if ((await deleteOldEntries(database, before(entry_days), deleted_at_once)) < deleted_at_once) break
        }
        await deleteOldPeriods(database, before(period_days), deleted_at_once)
        return { next: { again_in_ms: hour_ms } }
      },
      giveUp: null,
      standing: true,
    },
  ]
}
