// Sends the events of budgets: each in one commit with its mark, so that it is sent once whatever node does it.
import type { Ports } from '../base/ports.ts'
import { shorten } from '../budgets/costs.ts'
import type { Database } from '../database/database.ts'
import { addOrganizationEvent } from '../events/events.ts'
import { type DueMark, findDueMarks, markBudget } from './rows/marks.ts'

/** Per look; the rest follows with the next. */
const most_marks = 1000

export async function sendBudgetEvents(
  database: Database,
  { clock, newId }: Pick<Ports, 'clock' | 'newId'>,
): Promise<void> {
  const due = await findDueMarks(database, new Date(clock.now()).toISOString(), most_marks)
  for (const mark of due) {
    await database.transaction(async (tx) => {
      if (await markBudget(tx, mark)) addOrganizationEvent(tx, { id: newId(), ...eventOf(mark) })
    })
  }
}

function eventOf({
  budget_id,
  organization_id,
  type,
  warn_at,
  threshold: _threshold,
  starts_at: _start,
  ...told
}: DueMark) {
  const data = { budget_id, ...told, amount: shorten(told.amount), spent: shorten(told.spent) }
  const about = { organization_id, subject: budget_id }
  return type === 'budget.warned' ? { ...about, type, data: { ...data, warn_at: warn_at! } } : { ...about, type, data }
}
