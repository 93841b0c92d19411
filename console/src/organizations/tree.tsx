// The organizations below one, a level at a time: each opens to those below it.
import type { Output } from '@parley/sdk'
import { Link } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { PagedList } from '../settings/paged-table.tsx'
import { usePages } from '../settings/use-pages.ts'
import { IconButton } from '../ui/button.tsx'
import { ChildStatus } from './child-status.tsx'
import { organizationsTexts as words } from './texts.ts'

export type Child = Output<'getChildOrganization'>

/** Of every query about the organizations below. */
export const childrenKey = ['child-organizations'] as const

interface LevelProps {
  /** Null: the caller's own organization. */
  parent_id: string | null
  label: string
  empty: string
}

export function Level({ parent_id, label, empty }: LevelProps) {
  const { client } = useSession()
  const query = usePages<Child>([...childrenKey, 'below', parent_id], (page, call) =>
    client.listChildOrganizations({ ...page, ...(parent_id === null ? {} : { parent_id }) }, call),
  )
  return (
    <PagedList query={query} empty={empty}>
      {(rows) => (
        <ul aria-label={label}>
          {rows.map((child) => (
            <Node key={child.id} child={child} />
          ))}
        </ul>
      )}
    </PagedList>
  )
}

function Node({ child }: { child: Child }) {
  const [isOpen, setOpen] = useState(false)
  const below = useId()
  const { id, name, slug, status, child_count, member_count } = child
  return (
    <li className="border-b border-line last:border-b-0">
      <div className="flex items-start gap-1 py-1.5 pr-4 pl-2">
        {child_count > 0 ? (
          <IconButton
            icon={isOpen ? 'down' : 'right'}
            label={words.expand(name)}
            aria-expanded={isOpen}
            aria-controls={isOpen ? below : undefined}
            onClick={() => setOpen(!isOpen)}
          />
        ) : (
          <span className="size-8 shrink-0" />
        )}
        <div className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-4 gap-y-0.5 py-1.5">
          <span className="min-w-0 flex-1 basis-48">
            <ChildLink id={id} name={name} />
            <span className="block font-mono text-xs break-all text-faint">{slug}</span>
          </span>
          <span className="text-xs text-faint">
            {words.members(member_count)}
            {child_count > 0 && ` · ${words.children(child_count)}`}
          </span>
          <ChildStatus status={status} />
        </div>
      </div>
      {isOpen && (
        <div id={below} className="ml-4 border-t border-l border-line wide:ml-6">
          <Level parent_id={id} label={words.expand(name)} empty={words.noneBelow} />
        </div>
      )}
    </li>
  )
}

export function ChildLink({ id, name }: { id: string; name: string }) {
  return (
    <Link
      to="/settings/organizations/$organization_id"
      params={{ organization_id: id }}
      className="font-medium break-words text-accent-strong underline-offset-2 hover:underline"
    >
      {name}
    </Link>
  )
}
