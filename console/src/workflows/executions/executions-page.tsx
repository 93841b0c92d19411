// The list of executions of all workflows, filtered by the address.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { holdsAny } from '../../session/rights.ts'
import { useSession } from '../../session/session-context.ts'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { Refused } from '../../settings/settings-page.tsx'
import { useTitle } from '../../shell/use-title.ts'
import { Button } from '../../ui/button.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useKeys } from '../../ui/use-keys.ts'
import { useListKeys } from '../../ui/use-list-keys.ts'
import { cancelAll } from '../run/cancel-all.ts'
import { runTexts as words } from '../run/texts.ts'
import { workflowTexts } from '../texts.ts'
import { useWorkflowName } from '../use-workflow-names.ts'
import type { ExecutionsSearch } from '../workflow-search.ts'
import { ExecutionFilters } from './execution-filters.tsx'
import { ExecutionTable, executionsKey } from './execution-table.tsx'

export function ExecutionsPage() {
  useTitle(words.title)
  const session = useSession()
  const search = useSearch({ from: '/pages/workflows/executions' })
  const navigate = useNavigate({ from: '/workflows/executions' })
  const list = useRef<HTMLDivElement>(null)
  useListKeys(list)
  useKeys({ Escape: () => void navigate({ to: '/workflows' }) })
  const change = (more: ExecutionsSearch) => void navigate({ search: dropEmpty({ ...search, ...more }), replace: true })
  return (
    <>
      <PageHeader back={{ to: '/workflows', label: workflowTexts.back }} title={words.title}>
        {holdsAny(session, ['workflows:execute', 'workflows:manage']) && <CancelAll workflow_id={search.workflow_id} />}
      </PageHeader>
      {holdsAny(session, ['workflows:read', 'workflows:manage']) ? (
        <>
          <ExecutionFilters
            search={search}
            onChange={change}
            onClear={() => void navigate({ search: {}, replace: true })}
          />
          <div ref={list} className="min-h-0 flex-1 overflow-auto">
            <ExecutionTable search={search} />
          </div>
        </>
      ) : (
        <div className="p-4">
          <Refused>{words.needs}</Refused>
        </div>
      )}
    </>
  )
}

const dropEmpty = (search: ExecutionsSearch): ExecutionsSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))

function CancelAll({ workflow_id }: { workflow_id: string | undefined }) {
  const { client } = useSession()
  const name = useWorkflowName(workflow_id ?? null)
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <Button icon="stop" onClick={() => setAsking(true)}>
        {words.cancelAll}
      </Button>
      {isAsking && (
        <AskDialog
          isDangerous
          title={words.cancelAllTitle}
          text={words.cancelAllText(workflow_id === undefined ? null : name)}
          submit={words.cancelAll}
          done={words.cancelAllDone}
          changes={[executionsKey]}
          act={() => cancelAll(client, workflow_id)}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
