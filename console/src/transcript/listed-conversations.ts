// What lists of conversations have read, so that the page of one begins with what is known of it.
import type { Conversation } from '@parley/contract'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'

export interface Page {
  rows: Conversation[]
  /** Where the next page begins; undefined on the last one. */
  next: string | undefined
}

export type Pages = InfiniteData<Page, string | undefined>

/** What a list has shown of a conversation already. */
export function findShownRow(queries: QueryClient, conversation_id: string): Conversation | undefined {
  for (const [, data] of queries.getQueriesData<Pages>({ queryKey: ['conversations'] })) {
    for (const { rows } of data?.pages ?? []) {
      const row = rows.find(({ id }) => id === conversation_id)
      if (row) return row
    }
  }
  return undefined
}
