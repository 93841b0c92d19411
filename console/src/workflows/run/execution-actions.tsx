// Cancelling an execution, ending its wait, and repeating it from a step.
import type { WorkflowExecution, WorkflowVisit } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { holdsAny } from '../../session/rights.ts'
import { useSession } from '../../session/session-context.ts'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { readFaults } from '../../settings/faults.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Field, Select, TextArea } from '../../ui/field.tsx'
import { notify } from '../../ui/notify.ts'
import { executionsKey } from '../executions/execution-table.tsx'
import { useWorkflow } from '../use-workflow.ts'
import { isOpen } from './run-facts.ts'
import { runTexts as words } from './texts.ts'
import { executionKey } from './use-execution.ts'

interface Props {
  execution: WorkflowExecution
  visits: readonly WorkflowVisit[]
}

type Asked = 'cancel' | 'resume' | 'retry'

export function ExecutionActions({ execution, visits }: Props) {
  const session = useSession()
  const [asked, setAsked] = useState<Asked | null>(null)
  if (!holdsAny(session, ['workflows:execute', 'workflows:manage'])) return null
  const close = () => setAsked(null)
  const isResumable = execution.status === 'waiting' && visits.at(-1)?.resumable === true
  const isRetriable = !isOpen(execution) && execution.workflow_id !== null && visits.length > 0
  const { id: execution_id } = execution
  return (
    <>
      {isResumable && (
        <Button kind="primary" icon="play" onClick={() => setAsked('resume')}>
          {words.resume}
        </Button>
      )}
      {isOpen(execution) && (
        <Button icon="stop" onClick={() => setAsked('cancel')}>
          {words.cancel}
        </Button>
      )}
      {isRetriable && (
        <Button icon="again" onClick={() => setAsked('retry')}>
          {words.retry}
        </Button>
      )}
      {asked === 'cancel' && (
        <AskDialog
          isDangerous
          title={words.cancelTitle}
          text={words.cancelText}
          submit={words.cancel}
          done={words.cancelled}
          changes={[executionKey(execution_id), ['workflow-visits', execution_id], executionsKey]}
          act={() => session.client.cancelExecution({ execution_id })}
          onClose={close}
        />
      )}
      {asked === 'resume' && <ResumeDialog execution_id={execution_id} onClose={close} />}
      {asked === 'retry' && <RetryDialog execution={execution} visits={visits} onClose={close} />}
    </>
  )
}

function ResumeDialog({ execution_id, onClose }: { execution_id: string; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const resume = useMutation({
    mutationFn: () => {
      const data = text.trim() === '' ? {} : { data: JSON.parse(text) as unknown }
      return client.resumeExecution({ execution_id, ...data })
    },
    onSuccess: async () => {
      notify(words.resumed)
      onClose()
      await Promise.all(
        [executionKey(execution_id), ['workflow-visits', execution_id]].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      )
    },
  })
  const faults = readFaults(resume.error, ['data'])
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.resumeTitle}
      description={words.resumeText}
      submit={words.resume}
      isPending={resume.isPending}
      error={faults.other}
      onSubmit={() => resume.mutate()}
    >
      <Field label={words.resumeData} hint={words.resumeDataHint} error={faults.fields['data']}>
        <TextArea
          rows={3}
          className="font-mono text-xs"
          value={text}
          spellCheck={false}
          onChange={({ target }) => setText(target.value)}
        />
      </Field>
    </ConfirmDialog>
  )
}

function RetryDialog({ execution, visits, onClose }: Props & { onClose: () => void }) {
  const { id: execution_id, workflow_version } = execution
  const session = useSession()
  const navigate = useNavigate()
  const { data: workflow } = useWorkflow(session, execution.workflow_id!)
  const failed = visits.findLast(({ status }) => status === 'failed') ?? visits.at(-1)!
  const [from, setFrom] = useState(String(failed.position))
  const [version, setVersion] = useState('')
  const retry = useMutation({
    mutationFn: () =>
      session.client.retryExecution({
        ...{ execution_id, from_step: Number(from) },
        ...(version === '' ? {} : { version: /^\d+$/.test(version) ? Number(version) : version }),
      }),
    onSuccess: async (begun) => {
      notify(words.retried)
      onClose()
      await navigate({ to: '/workflows/executions/$execution_id', params: { execution_id: begun.execution_id } })
    },
  })
  const faults = readFaults(retry.error, ['from_step', 'version'])
  const live = workflow?.live_version ?? null
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.retryTitle}
      description={words.retryText}
      submit={words.retry}
      isPending={retry.isPending}
      error={faults.other}
      onSubmit={() => retry.mutate()}
    >
      <Field label={words.retryFrom} error={faults.fields['from_step']}>
        <Select value={from} onChange={({ target }) => setFrom(target.value)}>
          {visits.map(({ position, step_name, status }) => (
            <option key={position} value={position}>
              {`${words.visit(position, step_name)} · ${words.visitStatuses[status]}`}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={words.retryWith} error={faults.fields['version']}>
        <Select value={version} onChange={({ target }) => setVersion(target.value)}>
          {workflow_version !== null && <option value="">{words.sameVersion(workflow_version)}</option>}
          {live !== null && live !== workflow_version && <option value={live}>{words.liveVersion(live)}</option>}
          <option value="latest">{words.latestVersion}</option>
        </Select>
      </Field>
      <p className="text-warn">{words.retryWarning}</p>
    </ConfirmDialog>
  )
}
