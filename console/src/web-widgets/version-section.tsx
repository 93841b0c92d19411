// Which version of the agent answers, what the newest published one has that it has not, and the way there and back in one press.
import type { WebWidget } from '@parley/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { formatFull } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { type Column, Table } from '../settings/paged-table.tsx'
import { Refused, Section } from '../settings/settings-page.tsx'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { FoldedDifference } from '../ui/folded-difference.tsx'
import { notify, notifyError } from '../ui/notify.ts'
import { Icon } from '../ui/icons.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { versionTexts as words } from './section-texts.ts'
import { usePinned } from './use-pinned.ts'
import type { Editing } from './use-widget-draft.ts'

interface Props {
  widget: WebWidget
  editing: Editing
}

type Version = ReturnType<typeof usePinned>['versions'][number]

export function VersionSection({ widget, editing }: Props) {
  const { client } = useSession()
  const pinned = usePinned(widget)
  const { mayRead, version, newest, versions, error, isPending, refetch } = pinned
  /** The version that answered before it was changed here. */
  const [before, setBefore] = useState<Version | null>(null)
  const pin = useMutation({
    mutationFn: ({ id }: Version) => client.updateWebWidget({ web_widget_id: widget.id, agent_version_id: id }),
    onSuccess: (saved, next) => {
      setBefore(version)
      editing.took(saved)
      notify(words.pinned(next.version))
    },
    onError: notifyError,
  })
  if (!mayRead) return <Refused>{words.needs}</Refused>
  if (isPending) return <LoadingState />
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  const { isReadOnly } = editing.edit
  const isNewest = newest !== null && newest.id === version?.id
  return (
    <>
      <InUse widget={widget} pinned={pinned}>
        {!isReadOnly && before && before.id !== version?.id && (
          <Button disabled={pin.isPending} onClick={() => pin.mutate(before)}>
            {words.backTo(before.version)}
          </Button>
        )}
        {!isReadOnly && newest && !isNewest && (
          <Button kind="primary" disabled={pin.isPending} onClick={() => pin.mutate(newest)}>
            {words.use(newest.version)}
          </Button>
        )}
      </InUse>
      {version && newest && !isNewest && <Differences agent_id={widget.agent_id} from={version} to={newest} />}
      <Section title={words.all} intro={words.allIntro}>
        <Table
          label={words.all}
          columns={columns}
          rows={versions.filter(({ published, id }) => published || id === version?.id)}
          keyOf={({ id }) => id}
          renderActions={
            isReadOnly
              ? undefined
              : (row) =>
                  row.id === version?.id ? (
                    <span className="flex items-center gap-1 px-2 py-1 text-soft">
                      <Icon name="check" /> {words.inUse}
                    </span>
                  ) : (
                    <Button kind="quiet" disabled={pin.isPending} onClick={() => pin.mutate(row)}>
                      {words.use(row.version)}
                    </Button>
                  )
          }
        />
      </Section>
    </>
  )
}

interface InUseProps {
  widget: WebWidget
  pinned: ReturnType<typeof usePinned>
  children: ReactNode
}

function InUse({ widget, pinned: { agent, version, newest }, children }: InUseProps) {
  const isNewest = newest !== null && newest.id === version?.id
  return (
    <Section title={words.title} intro={words.intro}>
      <div className="flex flex-wrap items-center gap-3 p-4">
        <p className="min-w-0 flex-1 basis-60">
          <Link
            to="/agents/$agent_id"
            params={{ agent_id: widget.agent_id }}
            className="font-medium underline decoration-line underline-offset-2 hover:decoration-ink"
          >
            <bdi>{agent}</bdi>
          </Link>
          {version && `, ${words.name(version.version)}`}
          <span className="block text-xs text-faint">
            {version === null
              ? words.unknown
              : !version.published
                ? words.unpublished
                : isNewest
                  ? words.isNewest
                  : newest && words.behind(newest.version)}
          </span>
        </p>
        {children}
      </div>
    </Section>
  )
}

const columns: Column<Version>[] = [
  { name: words.version, render: ({ version }) => words.name(version) },
  {
    name: words.publishedAt,
    render: ({ published_at }) => (published_at === null ? texts.none : formatFull(published_at)),
  },
]

function Differences({ agent_id, from, to }: { agent_id: string; from: Version; to: Version }) {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['comparison', agent_id, from.version, to.version, to.revision],
    queryFn: ({ signal }) =>
      client.compareAgentVersions({ agent_id, from_version: from.version, to_version: to.version }, { signal }),
  })
  return (
    <Section title={words.difference(from.version, to.version)} intro={words.differenceIntro}>
      {isPending ? (
        <LoadingState />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data.differences.length === 0 ? (
        <p role="status" className="p-4 text-soft">
          {words.same}
        </p>
      ) : (
        <ul className="flex flex-col gap-1.5 p-4">
          {data.differences.map((difference) => (
            <li key={`${difference.op} ${difference.path}`}>
              <FoldedDifference difference={difference} whole={words.whole} op={words.ops[difference.op]} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
