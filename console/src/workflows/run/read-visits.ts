// The visits of an execution, page by page. One visit at a time is open, so only the last page can have changed. Pure but for the reading.
import type { WorkflowVisit } from '@parley/contract'

export interface VisitPage {
  visits: readonly WorkflowVisit[]
  /** Where it begins; null: at the first visit. */
  cursor: string | null
  next: string | null
}

/** More cannot be looked through; executions have a thousand at most unless they ask for more. */
const most_pages = 20

export async function readVisits(
  known: readonly VisitPage[],
  readPage: (cursor: string | null) => Promise<Omit<VisitPage, 'cursor'>>,
): Promise<VisitPage[]> {
  const pages = known.slice(0, -1)
  let cursor = known.at(-1)?.cursor ?? null
  while (pages.length < most_pages) {
    const { visits, next } = await readPage(cursor)
    pages.push({ visits, cursor, next })
    if (next === null) break
    cursor = next
  }
  return pages
}
