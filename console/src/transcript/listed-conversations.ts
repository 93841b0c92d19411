// The conversations that lists have loaded, so that the page of one can show them at once.
import type { Conversation } from '@parley/contract'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'

export interface Page {
  rows: Conversation[]
  /** The cursor of the next page; undefined on the last one. */
  next: string | undefined
}

export type Pages = InfiniteData<Page, string | undefined>

/** The row of a conversation in any loaded list. */
export function findShownRow(queries: QueryClient, conversation_id: string): Conversation | undefined {
  for (const [, data] of queries.getQueriesData<Pages>({ queryKey: ['conversations'] })) {
    for (const { rows } of data?.pages ?? []) {
      const row = rows.find(({ id }) => id === conversation_id)
      if (row) return row
    }
  }
  return undefined
}
