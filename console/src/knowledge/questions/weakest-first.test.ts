import type { DatasetRetrieval } from '@parley/contract'
import { expect, test } from 'vitest'
import { weakestFirst } from './weakest-first.ts'

const asked = (
  id: string,
  best_score: number | null,
  hour: number,
  outcome: DatasetRetrieval['outcome'] = 'found',
) => ({
  ...{ id, best_score, outcome },
  created_at: `2026-01-01T${hour}:00:00Z`,
})

test('what found nothing comes first, then the weakest, then the newest; what was skipped does not count', () => {
  const rows = [
    asked('strong', 0.9, 15),
    asked('weak', 0.2, 11),
    asked('skipped', null, 16, 'skipped'),
    asked('newer and weak', 0.2, 12),
    asked('nothing', null, 10, 'nothing'),
    asked('zero', 0, 14),
  ]
  expect(weakestFirst(rows).map(({ id }) => id)).toEqual(['nothing', 'zero', 'newer and weak', 'weak', 'strong'])
  expect(rows[0]!.id).toBe('strong')
})
