// A list in the settings: a table of rows, their actions, and a button for more.
import { ApiError } from '@parley/sdk'
import type { ReactNode } from 'react'
import { texts } from '../texts/index.ts'
import { settingsTexts as words } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { Refused } from './settings-page.tsx'
import type { PagesQuery } from './use-pages.ts'

export interface Column<Row> {
  name: string
  /** Hidden on narrow screens. */
  isExtra?: boolean
  render: (row: Row) => ReactNode
}

interface TableProps<Row> {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
  renderActions?: ((row: Row) => ReactNode) | undefined
}

const cellClasses = 'px-4 py-2 align-top'

export function Table<Row>({ label, columns, rows, keyOf, renderActions }: TableProps<Row>) {
  return (
    <table aria-label={label} className="w-full table-auto border-collapse text-left">
      <thead>
        <tr className="border-b border-line text-xs text-faint">
          {columns.map(({ name, isExtra }) => (
            <th key={name} scope="col" className={classes(cellClasses, 'font-medium', isExtra && 'max-wide:hidden')}>
              {name}
            </th>
          ))}
          {renderActions && (
            <th scope="col" className={cellClasses}>
              <span className="sr-only">{words.actions}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} className="border-b border-line last:border-b-0">
            {columns.map(({ name, isExtra, render }) => (
              <td
                key={name}
                className={classes(cellClasses, 'break-words first:min-w-36', isExtra && 'max-wide:hidden')}
              >
                {render(row)}
              </td>
            ))}
            {renderActions && (
              <td className="px-2 py-1 text-right align-top">
                <div className="flex justify-end gap-0.5">{renderActions(row)}</div>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface ListProps<Row> {
  query: PagesQuery<Row>
  /** Shown instead of an empty list. */
  empty: string
  children: (rows: readonly Row[]) => ReactNode
}

/** The rows loaded so far, however they are drawn, and a button for more. */
export function PagedList<Row>({ query, empty, children }: ListProps<Row>) {
  const { rows, error, isPending, hasNextPage, isFetchingNextPage } = query
  if (isPending) return <LoadingState />
  if (error && rows.length === 0) return <LoadFault error={error} onRetry={() => void query.refetch()} />
  if (rows.length === 0) return <p className="px-4 py-6 text-center text-faint text-pretty">{empty}</p>
  return (
    <>
      {children(rows)}
      {hasNextPage && (
        <div className="border-t border-line p-2 text-center">
          <Button kind="quiet" disabled={isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {isFetchingNextPage ? texts.loading : words.more}
          </Button>
        </div>
      )}
    </>
  )
}

/** The server answers 404 to a credential that is limited to certain agents. */
export function LoadFault({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiError && error.status === 404) return <Refused>{words.narrowed}</Refused>
  return <ErrorState error={error} onRetry={onRetry} />
}

export function PagedTable<Row>({
  query,
  empty,
  ...table
}: Omit<TableProps<Row>, 'rows'> & Omit<ListProps<Row>, 'children'>) {
  return (
    <PagedList query={query} empty={empty}>
      {(rows) => <Table {...table} rows={rows} />}
    </PagedList>
  )
}
