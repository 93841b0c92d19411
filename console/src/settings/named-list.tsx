// The list of a page whose rows are found by their names; where there is nothing yet, it offers to make the first.
import { useRef } from 'react'
import { Button } from '../ui/button.tsx'
import type { IconName } from '../ui/icons.tsx'
import { EmptyState } from '../ui/state.tsx'
import { useListKeys } from '../ui/use-list-keys.ts'
import { type Column, PagedList, Table } from './paged-table.tsx'
import type { PagesQuery } from './use-pages.ts'

export interface NamedListWords {
  title: string
  make: string
  empty: string
  emptyTitle: string
  emptyFiltered: string
  emptyFilteredTitle: string
}

interface Props<Row> {
  query: PagesQuery<Row>
  columns: Column<Row>[]
  words: NamedListWords
  icon: IconName
  isFiltered: boolean
  /** Null: the person may make none. */
  onMake: (() => void) | null
}

export function NamedList<Row extends { id: string }>({ query, columns, words, icon, isFiltered, onMake }: Props<Row>) {
  const list = useRef<HTMLDivElement>(null)
  useListKeys(list)
  if (query.rows.length === 0 && !query.isPending && !query.error) {
    return (
      <EmptyState
        icon={icon}
        title={isFiltered ? words.emptyFilteredTitle : words.emptyTitle}
        action={!isFiltered && onMake && <Button onClick={onMake}>{words.make}</Button>}
      >
        {isFiltered ? words.emptyFiltered : words.empty}
      </EmptyState>
    )
  }
  return (
    <div ref={list} className="min-h-0 flex-1 overflow-auto">
      <PagedList query={query} empty={words.empty}>
        {(rows) => <Table label={words.title} columns={columns} rows={rows} keyOf={({ id }) => id} />}
      </PagedList>
    </div>
  )
}
