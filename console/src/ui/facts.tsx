// A list of names and values.
import type { ReactNode } from 'react'
import { classes } from './classes.ts'

export type Fact = readonly [name: string, value: ReactNode]

/** Rows without a value are left out. */
export function Facts({ rows, className }: { rows: readonly Fact[]; className?: string }) {
  return (
    <dl
      className={classes(
        'grid grid-cols-[minmax(0,6.5rem)_minmax(0,1fr)] gap-x-3 gap-y-1.5 [&_code]:font-mono [&_code]:text-xs [&_code]:break-all',
        className,
      )}
    >
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="break-words text-soft">{name}</dt>
            <dd className="break-words">{value}</dd>
          </div>
        ))}
    </dl>
  )
}
