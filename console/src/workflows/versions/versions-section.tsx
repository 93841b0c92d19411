// The versions of a workflow: opened, copied, published, put live, deleted, and compared with each other.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { formatFull } from '../../base/format.ts'
import { useSession } from '../../session/session-context.ts'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { type Column, PagedTable } from '../../settings/paged-table.tsx'
import { Section } from '../../settings/settings-page.tsx'
import { texts } from '../../texts/index.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Field, Select } from '../../ui/field.tsx'
import { notify, notifyError } from '../../ui/notify.ts'
import { PopupMenu, PopupMenuItem } from '../../ui/popup.tsx'
import { workflowTexts } from '../texts.ts'
import { type Workflow, type WorkflowVersion, forgetVersions } from '../use-workflow.ts'
import type { WorkflowSearch } from '../workflow-search.ts'
import { Differences } from './differences.tsx'
import { GoLiveDialog } from './go-live-dialog.tsx'
import { PublishDialog } from './publish-dialog.tsx'
import { versionTexts as words } from './texts.ts'
import { useVersions } from './use-versions.ts'

interface Props {
  workflow: Workflow
  search: WorkflowSearch
}

export function VersionsSection({ workflow, search }: Props) {
  const { scopes } = useSession()
  const query = useVersions(workflow.id)
  return (
    <>
      <Section title={words.title}>
        <PagedTable
          label={words.title}
          query={query}
          empty={words.empty}
          columns={columns}
          keyOf={({ id }) => id}
          renderActions={scopes.has('workflows:manage') ? (version) => <VersionActions version={version} /> : undefined}
        />
      </Section>
      {query.rows.length > 1 && <Comparison workflow={workflow} versions={query.rows} search={search} />}
    </>
  )
}

const columns: Column<WorkflowVersion>[] = [
  {
    name: words.columns.version,
    render: ({ workflow_id, version }) => (
      <Link
        to="/workflows/$workflow_id"
        params={{ workflow_id }}
        search={{ version }}
        data-row
        className="rounded font-medium hover:underline"
      >
        {workflowTexts.version(version)}
      </Link>
    ),
  },
  { name: words.columns.state, render: ({ status }) => workflowTexts.versionStates[status] },
  {
    name: words.columns.published,
    isExtra: true,
    render: ({ published_at }) => (published_at === null ? texts.none : formatFull(published_at)),
  },
  { name: words.columns.changed, isExtra: true, render: ({ updated_at }) => formatFull(updated_at) },
]

type Asked = 'publish' | 'live' | 'remove'

function VersionActions({ version }: { version: WorkflowVersion }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [asked, setAsked] = useState<Asked | null>(null)
  const { workflow_id, version: number, status } = version
  const close = () => setAsked(null)
  const copy = useMutation({
    mutationFn: () => client.createWorkflowVersion({ workflow_id, base_version: number, allow_incomplete: true }),
    onSuccess: async (made) => {
      notify(words.copied(made.version, number))
      await forgetVersions(queries, workflow_id)
      await navigate({ to: '/workflows/$workflow_id', params: { workflow_id }, search: { version: made.version } })
    },
    onError: notifyError,
  })
  return (
    <>
      <PopupMenu trigger={<IconButton icon="more" label={words.more(number)} />}>
        {status === 'draft' && (
          <PopupMenuItem icon="check" onSelect={() => setAsked('publish')}>
            {workflowTexts.publish}
          </PopupMenuItem>
        )}
        {status === 'published' && (
          <PopupMenuItem icon="play" onSelect={() => setAsked('live')}>
            {workflowTexts.goLive}
          </PopupMenuItem>
        )}
        <PopupMenuItem icon="copy" onSelect={() => copy.mutate()}>
          {words.copy}
        </PopupMenuItem>
        {status === 'draft' && (
          <PopupMenuItem icon="trash" isDangerous onSelect={() => setAsked('remove')}>
            {words.remove}
          </PopupMenuItem>
        )}
      </PopupMenu>
      {asked === 'publish' && <PublishDialog version={version} onClose={close} />}
      {asked === 'live' && <GoLiveDialog version={version} onClose={close} />}
      {asked === 'remove' && (
        <AskDialog
          isDangerous
          title={words.removeTitle(number)}
          text={words.removeText}
          submit={words.remove}
          done={words.removed}
          changes={[['workflows'], ['workflow-versions', workflow_id]]}
          act={() => client.deleteWorkflowVersion({ workflow_id, version: String(number) })}
          onClose={close}
        />
      )}
    </>
  )
}

interface ComparisonProps extends Props {
  versions: readonly WorkflowVersion[]
}

/** The two are kept in the address. */
function Comparison({ workflow: { id: workflow_id }, versions, search }: ComparisonProps) {
  const navigate = useNavigate()
  const to = search.version ?? versions[0]!.version
  const from = search.from ?? versions.find(({ version }) => version < to)?.version ?? versions.at(-1)!.version
  const choose = (more: WorkflowSearch) =>
    void navigate({
      to: '/workflows/$workflow_id',
      params: { workflow_id },
      search: { section: 'versions', version: to, from, ...more },
      replace: true,
    })
  const select = (label: string, value: number, onChange: (version: number) => void) => (
    <Field label={label}>
      <Select value={value} onChange={({ target }) => onChange(Number(target.value))}>
        {versions.map(({ version, status }) => (
          <option key={version} value={version}>
            {workflowTexts.versionOf(version, status)}
          </option>
        ))}
      </Select>
    </Field>
  )
  return (
    <Section title={words.compareTitle}>
      <div className="flex flex-col gap-3 p-4">
        <div className="grid grid-cols-2 gap-3">
          {select(words.from, from, (version) => choose({ from: version }))}
          {select(words.to, to, (version) => choose({ version }))}
        </div>
        <Differences
          workflow_id={workflow_id}
          from={from}
          to={to}
          revision={versions.find(({ version }) => version === to)?.revision ?? 0}
        />
        <InWords key={`${from} ${to}`} workflow_id={workflow_id} from={from} to={to} />
      </div>
    </Section>
  )
}

/** Only on request, because it is sent to the provider of the model. */
function InWords({ workflow_id, from, to }: { workflow_id: string; from: number; to: number }) {
  const { client } = useSession()
  const [text, setText] = useState('')
  const describe = useMutation({
    mutationFn: async () => {
      setText('')
      const input = { workflow_id, from_version: from, to_version: to }
      for await (const piece of client.streamWorkflowVersionComparison(input)) setText((before) => before + piece)
    },
    onError: notifyError,
  })
  return (
    <>
      <Button className="self-start" disabled={describe.isPending} onClick={() => describe.mutate()}>
        {words.describe}
      </Button>
      {text !== '' && (
        <p aria-live="polite" className="rounded-md bg-sunken px-3 py-2 break-words whitespace-pre-wrap">
          {text}
        </p>
      )}
    </>
  )
}
