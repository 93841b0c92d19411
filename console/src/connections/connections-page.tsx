// The connections of workflows: made, changed, deleted, and what their tools are.
import type { WorkflowConnection } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { holdsAny } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { type Column, PagedTable } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { settingsTexts } from '../settings/texts.ts'
import { usePages } from '../settings/use-pages.ts'
import { describeError } from '../ui/describe-error.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Modal } from '../ui/dialog.tsx'
import { LoadingState } from '../ui/state.tsx'
import { ConnectionDialog } from './connection-dialog.tsx'
import { connectionTexts as words } from './texts.ts'

const key = ['workflow-connections'] as const

export function ConnectionsPage() {
  return (
    <SettingsPage title={words.title} intro={words.intro}>
      <Needs scopes={['workflows:read', 'workflows:manage']} to={words.toSee}>
        <Connections />
      </Needs>
    </SettingsPage>
  )
}

type Asked = { kind: 'edit' | 'remove' | 'tools'; connection: WorkflowConnection } | { kind: 'add' }

function Connections() {
  const session = useSession()
  const { client } = session
  const mayManage = holdsAny(session, ['workflows:manage'])
  const [asked, setAsked] = useState<Asked | null>(null)
  const close = () => setAsked(null)
  const query = usePages<WorkflowConnection>([...key, 'pages'], (page, call) =>
    client.listWorkflowConnections(page, call),
  )
  return (
    <Section
      title={words.list}
      action={
        mayManage && (
          <Button icon="plus" onClick={() => setAsked({ kind: 'add' })}>
            {words.add}
          </Button>
        )
      }
    >
      <PagedTable
        label={words.list}
        query={query}
        empty={words.empty}
        keyOf={({ id }) => id}
        columns={columns}
        renderActions={(connection) => (
          <>
            <IconButton
              icon="tool"
              label={words.showTools(connection.name)}
              onClick={() => setAsked({ kind: 'tools', connection })}
            />
            {mayManage && (
              <>
                <IconButton
                  icon="edit"
                  label={words.edit(connection.name)}
                  onClick={() => setAsked({ kind: 'edit', connection })}
                />
                <IconButton
                  icon="trash"
                  label={words.remove(connection.name)}
                  onClick={() => setAsked({ kind: 'remove', connection })}
                />
              </>
            )}
          </>
        )}
      />
      {asked?.kind === 'add' && <ConnectionDialog onClose={close} />}
      {asked?.kind === 'edit' && <ConnectionDialog connection={asked.connection} onClose={close} />}
      {asked?.kind === 'tools' && <ToolsDialog connection={asked.connection} onClose={close} />}
      {asked?.kind === 'remove' && (
        <AskDialog
          isDangerous
          title={words.remove(asked.connection.name)}
          text={words.removeText}
          submit={settingsTexts.delete}
          done={words.removed}
          changes={[key]}
          act={() => client.deleteWorkflowConnection({ connection_id: asked.connection.id })}
          onClose={close}
        />
      )}
    </Section>
  )
}

const columns: Column<WorkflowConnection>[] = [
  {
    name: words.columns.name,
    render: ({ name, description }) => (
      <>
        <bdi className="font-medium">{name}</bdi>
        {description && <span className="block text-xs text-faint">{description}</span>}
      </>
    ),
  },
  { name: words.columns.kind, render: ({ kind }) => words.kinds[kind] },
  {
    name: words.columns.url,
    isExtra: true,
    render: ({ url }) => <code className="font-mono text-xs break-all">{url}</code>,
  },
]

interface ToolsProps {
  connection: WorkflowConnection
  onClose: () => void
}

function ToolsDialog({ connection: { id: connection_id, name }, onClose }: ToolsProps) {
  const { client } = useSession()
  const { data, error, isPending } = useQuery({
    queryKey: [...key, 'tools', connection_id],
    queryFn: async ({ signal }) => (await client.listWorkflowConnectionTools({ connection_id }, { signal })).data,
  })
  return (
    <Modal open onOpenChange={(open) => open || onClose()} title={words.showTools(name)}>
      {isPending && <LoadingState />}
      {error && (
        <p role="alert" className="text-bad">
          {describeError(error)}
        </p>
      )}
      {data?.length === 0 && <p className="text-soft">{words.noTools}</p>}
      <ul className="flex flex-col gap-2">
        {data?.map((tool) => (
          <li key={tool.name}>
            <code className="font-mono text-xs">{tool.name}</code>
            <span className="ml-2 text-xs text-faint">
              {[!tool.allowed && words.notAllowed, tool.idempotent && words.repeatable].filter(Boolean).join(', ')}
            </span>
            {tool.description && <span className="block text-soft">{tool.description}</span>}
          </li>
        ))}
      </ul>
    </Modal>
  )
}
