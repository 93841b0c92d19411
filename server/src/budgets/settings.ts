// The settings of usage, prices and budgets.
import type { SettingsGroup } from '../config/reader.ts'

export const billingSettings: SettingsGroup<{ currency: string; entry_days: number }> = {
  settings: [
    {
      name: 'PARLEY_CURRENCY',
      default: 'USD',
      meaning: 'Currency of all prices and costs, three capital letters. Changing it converts nothing.',
    },
    {
      name: 'PARLEY_USAGE_DAYS',
      default: '400',
      meaning: 'For how many days single entries of usage are kept. The sums by hour stay.',
    },
  ],
  read: (read) => ({
    currency: read.matching('PARLEY_CURRENCY', /^[A-Z]{3}$/, 'three capital letters, such as EUR') ?? 'USD',
    entry_days: read.integer('PARLEY_USAGE_DAYS', 1, 36_500),
  }),
}
