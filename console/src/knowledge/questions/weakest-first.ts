// The order of questions: what found nothing first, then the weakest best score, then the newest. Pure.
import type { DatasetRetrieval } from '@parley/contract'

type Ranked = Pick<DatasetRetrieval, 'best_score' | 'created_at' | 'outcome'>

/** A question that was not searched for says nothing about the sources. */
export function weakestFirst<Row extends Ranked>(rows: readonly Row[]): Row[] {
  const asked = rows.filter(({ outcome }) => outcome !== 'skipped')
  return asked.toSorted((a, b) => (a.best_score ?? -1) - (b.best_score ?? -1) || (a.created_at < b.created_at ? 1 : -1))
}
