// Until when a conversation is put aside. Pure but for the time zone, which is that of the browser.
import { handOffBounds } from '@parley/contract'

export type SnoozeChoice = 'hour' | 'three_hours' | 'tomorrow' | 'week' | 'own'

const hour_ms = 3_600_000
const morning_hour = 9

export function snoozeUntil(choice: Exclude<SnoozeChoice, 'own'>, now: Date): Date {
  const later = new Date(now)
  switch (choice) {
    case 'hour':
      return new Date(now.getTime() + hour_ms)
    case 'three_hours':
      return new Date(now.getTime() + 3 * hour_ms)
    case 'tomorrow':
      // By the calendar, so that it is nine o'clock also after a change of the clock.
      later.setDate(later.getDate() + 1)
      later.setHours(morning_hour, 0, 0, 0)
      return later
    case 'week':
      later.setDate(later.getDate() + 7)
      return later
  }
}

/** By the clock of the browser; the server judges by its own. */
export function isSnoozable(until: Date, now: Date): boolean {
  const seconds = (until.getTime() - now.getTime()) / 1000
  return seconds >= handOffBounds.snooze.least_seconds && seconds <= handOffBounds.snooze.most_seconds
}
