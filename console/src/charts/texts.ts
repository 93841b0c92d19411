// The texts of charts over time, and of the choice of their range.
export const chartTexts = {
  chart: (title: string) => `${title} over time`,
  table: 'Show as table',
  tableOf: (title: string) => `${title} as a table`,
  time: 'Time (UTC)',
  nothing: 'none',
  range: 'Range',
  own: 'Custom',
  from: 'From',
  to: 'To',
  toHint: 'Leave empty for now.',
  fromMissing: 'Enter a start time.',
  fromAfterTo: 'The start must be before the end.',
  tooLong: (days: number) => `At most ${days} days.`,
} as const
