// A schedule as a person says it, and the five fields that stand for it. Pure.
export const paces = ['minutes', 'hourly', 'daily', 'weekly', 'monthly', 'other'] as const
export type Pace = (typeof paces)[number]

export interface Said {
  pace: Pace
  /** Every so many minutes. */
  every: number
  minute: number
  hour: number
  /** 0 to 6, from Sunday. */
  weekdays: readonly number[]
  day: number
}

const usual: Said = { pace: 'daily', every: 15, minute: 0, hour: 9, weekdays: [1], day: 1 }

const number = (text: string, least: number, most: number): number | null => {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : NaN
  return value >= least && value <= most ? value : null
}

/** What no other pace can say is `other`: the fields themselves. */
export function sayCron(cron: string): Said {
  const other: Said = { ...usual, pace: 'other' }
  const [minutes, hours, days, months, weekdays, ...rest] = cron.trim().split(/\s+/)
  if (weekdays === undefined || rest.length > 0 || months !== '*') return other
  const every = /^\*\/(\d{1,2})$/.exec(minutes!)?.[1]
  if (every !== undefined && [hours, days, weekdays].every((field) => field === '*'))
    return number(every, 1, 59) === null ? other : { ...usual, pace: 'minutes', every: Number(every) }
  const minute = number(minutes!, 0, 59)
  if (minute === null) return other
  if (hours === '*') return days === '*' && weekdays === '*' ? { ...usual, pace: 'hourly', minute } : other
  const hour = number(hours!, 0, 23)
  if (hour === null) return other
  if (days === '*' && weekdays === '*') return { ...usual, pace: 'daily', minute, hour }
  if (days === '*') {
    const listed = readWeekdays(weekdays)
    return listed ? { ...usual, pace: 'weekly', minute, hour, weekdays: listed } : other
  }
  const day = number(days!, 1, 31)
  return day !== null && weekdays === '*' ? { ...usual, pace: 'monthly', minute, hour, day } : other
}

function readWeekdays(text: string): number[] | null {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^([0-7])(?:-([0-7]))?$/.exec(part) ?? []
    if (first === undefined || Number(last) < Number(first)) return null
    for (let day = Number(first); day <= Number(last); day += 1) found.add(day % 7)
  }
  return [...found].toSorted((a, b) => a - b)
}

export function cronOf({ pace, every, minute, hour, weekdays, day }: Said): string {
  switch (pace) {
    case 'minutes':
      return `*/${every} * * * *`
    case 'hourly':
      return `${minute} * * * *`
    case 'weekly':
      return `${minute} ${hour} * * ${weekdays.length === 0 ? '*' : weekdays.join(',')}`
    case 'monthly':
      return `${minute} ${hour} ${day} * *`
    case 'daily':
    case 'other':
      return `${minute} ${hour} * * *`
  }
}
