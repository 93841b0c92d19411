// What a budget will have spent when its period ends, if it goes on as it did so far. Pure.
export interface Spending {
  spent: number
  amount: number
  /** Null: a budget without periods, which has no end. */
  period_start: string | null
  period_end: string | null
}

export interface Forecast {
  spent: number
  /** Of the amount. */
  share: number
  /** When the amount is reached, if that is within the period and still to come. */
  reached_at: string | null
}

/** Earlier than this share of the period, one busy hour would say too much. */
const earliest = 0.02

/** Null: there is no end, or it is too early to say. */
export function forecastOf({ spent, amount, period_start, period_end }: Spending, now_ms: number): Forecast | null {
  if (period_start === null || period_end === null) return null
  const [start, end] = [Date.parse(period_start), Date.parse(period_end)]
  const passed = (now_ms - start) / (end - start)
  if (passed < earliest || passed > 1) return null
  const expected = spent / passed
  const reached = start + ((now_ms - start) * amount) / spent
  const isToCome = spent < amount && reached < end
  return {
    spent: expected,
    share: expected / amount,
    reached_at: isToCome ? new Date(reached).toISOString() : null,
  }
}
