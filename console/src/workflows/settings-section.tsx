// The name and the description of a workflow, its definition as a file, and its end.
import { workflowRecordBounds } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { formatJson } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { readFaults } from '../settings/faults.ts'
import { HistoryLink } from '../settings/history-link.tsx'
import { FormFault } from '../settings/parts.tsx'
import { Refused, Section } from '../settings/settings-page.tsx'
import { Button } from '../ui/button.tsx'
import { CopyField } from '../ui/copy-field.tsx'
import { Field, TextArea, TextInput } from '../ui/field.tsx'
import { notify, notifyError } from '../ui/notify.ts'
import { saveFile } from '../base/save-file.ts'
import { workflowTexts } from './texts.ts'
import { type Workflow, workflowKey } from './use-workflow.ts'

const words = workflowTexts.settings

export function SettingsSection({ workflow }: { workflow: Workflow }) {
  const { scopes } = useSession()
  const mayManage = scopes.has('workflows:manage')
  return (
    <>
      {!mayManage && <Refused>{workflowTexts.readOnly}</Refused>}
      <About key={workflow.updated_at} workflow={workflow} isReadOnly={!mayManage} />
      <File workflow={workflow} />
      {mayManage && <Remove workflow={workflow} />}
    </>
  )
}

function About({ workflow, isReadOnly }: { workflow: Workflow; isReadOnly: boolean }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [name, setName] = useState(workflow.name)
  const [description, setDescription] = useState(workflow.description ?? '')
  const { id: workflow_id } = workflow
  const save = useMutation({
    mutationFn: () =>
      client.updateWorkflow({
        workflow_id,
        name: name.trim(),
        description: description.trim() === '' ? null : description.trim(),
      }),
    onSuccess: (saved) => {
      notify(words.saved)
      queries.setQueryData(workflowKey(workflow_id), saved)
      return queries.invalidateQueries({ queryKey: ['workflows'] })
    },
  })
  const faults = readFaults(save.error, ['name', 'description'])
  return (
    <Section title={words.title} action={<HistoryLink type="workflow" id={workflow_id} />}>
      <form
        noValidate
        className="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Field label={words.name} error={faults.fields['name']}>
          <TextInput
            value={name}
            readOnly={isReadOnly}
            maxLength={workflowRecordBounds.name}
            autoComplete="off"
            onValueChange={setName}
          />
        </Field>
        <Field label={words.description} error={faults.fields['description']}>
          <TextArea
            rows={3}
            value={description}
            readOnly={isReadOnly}
            maxLength={workflowRecordBounds.description}
            onChange={({ target }) => setDescription(target.value)}
          />
        </Field>
        <CopyField label={words.id} value={workflow_id} />
        <FormFault text={faults.other} />
        {!isReadOnly && (
          <Button type="submit" kind="primary" className="self-start" disabled={save.isPending}>
            {words.save}
          </Button>
        )}
      </form>
    </Section>
  )
}

/** The newest version, as the API and `parley apply` take it. */
function File({ workflow: { id: workflow_id, name, latest_version } }: { workflow: Workflow }) {
  const { client } = useSession()
  if (latest_version === null) return null
  const download = async () => {
    const { definition } = await client.getWorkflowVersion({ workflow_id, version: 'latest' })
    saveFile(`${name}.json`, new Blob([formatJson(definition)], { type: 'application/json' }))
  }
  return (
    <Section
      title={workflowTexts.version(latest_version)}
      action={
        <Button icon="download" onClick={() => void download().catch(notifyError)}>
          {workflowTexts.download}
        </Button>
      }
    />
  )
}

function Remove({ workflow: { id: workflow_id } }: { workflow: Workflow }) {
  const { client } = useSession()
  const navigate = useNavigate()
  const [isAsking, setAsking] = useState(false)
  return (
    <Section
      title={words.danger}
      intro={workflowTexts.removeText}
      action={
        <Button icon="trash" onClick={() => setAsking(true)}>
          {workflowTexts.remove}
        </Button>
      }
    >
      {isAsking && (
        <AskDialog
          isDangerous
          title={workflowTexts.removeTitle}
          text={workflowTexts.removeText}
          submit={workflowTexts.remove}
          done={workflowTexts.removed}
          changes={[['workflows', 'pages']]}
          act={() => client.deleteWorkflow({ workflow_id })}
          onDone={() => void navigate({ to: '/workflows' })}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  )
}
