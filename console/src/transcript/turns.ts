// The turns of a conversation, read page by page. A finished turn never changes, so full pages of finished turns are not read again.
import type { Output } from '@parley/sdk'
import type { Turn } from '@parley/contract'

/** Each has 100 turns. Failures of later turns are not shown. */
export const turn_pages_at_most = 50

export interface TurnPage {
  turns: readonly Turn[]
  /** The cursor of the next page; null on the last one. */
  next: string | null
}

type ReadPage = (cursor: string | undefined) => Promise<Output<'listConversationTurns'>>

/** `known` holds the pages that were read before. */
export async function readTurns(known: readonly TurnPage[], readPage: ReadPage): Promise<TurnPage[]> {
  const pages = settledPages(known)
  for (let cursor = pages.at(-1)?.next; cursor !== null && pages.length < turn_pages_at_most;) {
    const { data, pagination } = await readPage(cursor)
    pages.push({ turns: data, next: pagination.next_cursor })
    cursor = pagination.next_cursor
  }
  return pages
}

function settledPages(pages: readonly TurnPage[]): TurnPage[] {
  const open = pages.findIndex(({ turns, next }) => next === null || turns.some(isOpen))
  return pages.slice(0, open === -1 ? pages.length : open)
}

function isOpen({ status }: Turn): boolean {
  return status === 'queued' || status === 'running'
}
