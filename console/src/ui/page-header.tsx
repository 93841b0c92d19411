// The header of a detail page: the way back, the title and the actions.
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Icon } from './icons.tsx'

interface HeaderProps {
  back: Pick<LinkProps, 'to' | 'params'> & { label: string }
  title: string
  /** Small text below the title. */
  note?: ReactNode
  /** Beside the title, or below it on narrow screens. */
  children?: ReactNode
}

export function PageHeader({ back: { label, ...to }, title, note, children }: HeaderProps) {
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-3 py-2 wide:px-4">
      <Link
        {...to}
        aria-label={label}
        title={label}
        className="grid size-8 shrink-0 place-items-center rounded-md text-soft hover:bg-hover"
      >
        <Icon name="left" />
      </Link>
      <div className="min-w-0 flex-1 basis-36">
        <h1 className="truncate text-base leading-tight font-semibold" title={title}>
          <bdi>{title}</bdi>
        </h1>
        {note}
      </div>
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5">{children}</div>
    </header>
  )
}
