// What a search finds at any depth, each with the organizations above it.
import type { Output } from '@parley/sdk'
import { useSession } from '../session/session-context.ts'
import { PagedTable } from '../settings/paged-table.tsx'
import { usePages } from '../settings/use-pages.ts'
import { ChildStatus } from './child-status.tsx'
import { organizationsTexts as words } from './texts.ts'
import { ChildLink, childrenKey } from './tree.tsx'

type Found = Output<'searchChildOrganizations'>['data'][number]

export function FoundList({ q }: { q: string }) {
  const { client, organization } = useSession()
  const query = usePages<Found>([...childrenKey, 'search', q], (page, call) =>
    client.searchChildOrganizations({ ...page, q }, call),
  )
  return (
    <PagedTable
      label={words.found}
      query={query}
      empty={words.noneFound}
      keyOf={({ id }) => id}
      columns={[
        {
          name: words.name,
          render: ({ id, name, slug, breadcrumb }) => (
            <>
              <ChildLink id={id} name={name} />
              <span className="block font-mono text-xs break-all text-faint">{slug}</span>
              <Breadcrumb above={breadcrumb} own_id={organization.id} />
            </>
          ),
        },
        { name: words.status, render: ({ status }) => <ChildStatus status={status} /> },
      ]}
    />
  )
}

interface BreadcrumbProps {
  above: Found['breadcrumb']
  own_id: string
}

function Breadcrumb({ above, own_id }: BreadcrumbProps) {
  return (
    <ol aria-label={words.path} className="mt-0.5 flex flex-wrap gap-x-1.5 text-xs text-faint">
      {above.map(({ id, name }, index) => (
        <li key={id} className="flex min-w-0 gap-1.5">
          {index > 0 && <span aria-hidden="true">›</span>}
          {id === own_id ? <span className="break-words">{name}</span> : <ChildLink id={id} name={name} />}
        </li>
      ))}
    </ol>
  )
}
