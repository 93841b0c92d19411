// Seconds as a number of the largest unit that divides them, as forms ask for them. Pure.
export const durationUnits = ['seconds', 'minutes', 'hours', 'days'] as const
export type DurationUnit = (typeof durationUnits)[number]

export interface Duration {
  /** As typed. */
  count: string
  unit: DurationUnit
}

const seconds_of: Record<DurationUnit, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }

export function toDuration(seconds: number | null): Duration {
  if (seconds === null) return { count: '', unit: 'minutes' }
  const unit = durationUnits.findLast((one) => seconds % seconds_of[one] === 0) ?? 'seconds'
  return { count: String(seconds / seconds_of[unit]), unit }
}

/** Null for an empty field; NaN for what is no whole number. */
export function toSeconds({ count, unit }: Duration): number | null {
  const text = count.trim()
  if (text === '') return null
  return /^\d{1,9}$/.test(text) ? Number(text) * seconds_of[unit] : Number.NaN
}
