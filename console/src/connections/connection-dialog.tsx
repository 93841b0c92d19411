// Makes a connection, or changes one.
import { type WorkflowConnection, connectionBounds, connectionDefaults, connectionKinds } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, Select, TextArea, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { type Draft, type Unfit, authFields, draftOf, fieldsOf, findUnfit, freshDraft } from './connection-draft.ts'
import { OperationFields } from './operation-fields.tsx'
import { connectionTexts } from './texts.ts'

const words = connectionTexts.dialog
const names = ['name', 'description', 'url', 'headers', 'allowed_tools', 'timeout_ms'] as const

interface Props {
  connection?: WorkflowConnection
  onClose: () => void
}

export function ConnectionDialog({ connection, onClose }: Props) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [draft, setDraft] = useState(() => (connection ? draftOf(connection) : freshDraft))
  const [isChecked, setChecked] = useState(false)
  const unfit = findUnfit(draft)
  const save = useMutation({
    mutationFn: () =>
      connection
        ? client.updateWorkflowConnection({ connection_id: connection.id, ...fieldsOf(draft) })
        : client.createWorkflowConnection(fieldsOf(draft)),
    onSuccess: async () => {
      notify(words.saved)
      onClose()
      await queries.invalidateQueries({ queryKey: ['workflow-connections'] })
    },
  })
  const faults = readFaults(save.error, names, { connection_name_taken: 'name' })
  const put = (more: Partial<Draft>) => setDraft({ ...draft, ...more })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={connection ? words.edit : words.add}
      submit={words.submit}
      isPending={save.isPending}
      error={faults.other}
      onSubmit={() => {
        setChecked(true)
        if (unfit.size === 0) save.mutate()
      }}
    >
      <AboutFields draft={draft} fields={faults.fields} unfit={isChecked ? unfit : none} onChange={put} />
      <AuthFields draft={draft} onChange={put} />
      <Field
        label={words.headers}
        hint={words.headersHint}
        error={unfit.has('headers') ? words.headersWrong : faults.fields['headers']}
      >
        <TextArea
          rows={2}
          className="font-mono text-xs"
          spellCheck={false}
          value={draft.headers}
          onChange={({ target }) => put({ headers: target.value })}
        />
      </Field>
      {draft.kind === 'http' && (
        <OperationFields
          operations={draft.operations}
          isUnfit={unfit.has('schema')}
          onChange={(operations) => put({ operations })}
        />
      )}
      <Rest draft={draft} fields={faults.fields} onChange={put} />
    </ConfirmDialog>
  )
}

const none: ReadonlySet<Unfit> = new Set()

interface PartProps {
  draft: Draft
  onChange: (more: Partial<Draft>) => void
}

interface AboutProps extends PartProps {
  fields: Readonly<Record<string, string>>
  unfit: ReadonlySet<Unfit>
}

function AboutFields({ draft, fields, unfit, onChange }: AboutProps) {
  return (
    <>
      <Field label={words.name} hint={words.nameHint} error={unfit.has('name') ? words.noName : fields['name']}>
        <TextInput value={draft.name} maxLength={200} autoComplete="off" onValueChange={(name) => onChange({ name })} />
      </Field>
      <Field label={words.description} error={fields['description']}>
        <TextInput
          value={draft.description}
          autoComplete="off"
          onValueChange={(description) => onChange({ description })}
        />
      </Field>
      <Field label={words.kind}>
        <Select value={draft.kind} onChange={({ target }) => onChange({ kind: target.value as Draft['kind'] })}>
          {connectionKinds.map((kind) => (
            <option key={kind} value={kind}>
              {connectionTexts.kinds[kind]}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={words.url} hint={words.urlHint} error={unfit.has('url') ? words.noUrl : fields['url']}>
        <TextInput
          value={draft.url}
          maxLength={connectionBounds.url}
          autoComplete="off"
          className="font-mono text-xs"
          placeholder="https://crm.example.com"
          onValueChange={(url) => onChange({ url })}
        />
      </Field>
    </>
  )
}

function AuthFields({ draft: { auth }, onChange }: PartProps) {
  return (
    <>
      <Field label={words.auth}>
        <Select
          value={auth.type}
          onChange={({ target }) => onChange({ auth: { ...auth, type: target.value as Draft['auth']['type'] } })}
        >
          {Object.entries(connectionTexts.auths).map(([type, name]) => (
            <option key={type} value={type}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      {authFields[auth.type].map((field) => (
        <Field key={field} label={words.fields[field]!} hint={isSecret(field) ? words.secretHint : undefined}>
          <TextInput
            value={auth[field] ?? ''}
            autoComplete="off"
            className="font-mono text-xs"
            onValueChange={(text) => onChange({ auth: { ...auth, [field]: text } })}
          />
        </Field>
      ))}
    </>
  )
}

const isSecret = (field: string) => ['token', 'password', 'value', 'client_secret'].includes(field)

function Rest({ draft, fields, onChange }: PartProps & { fields: Readonly<Record<string, string>> }) {
  return (
    <>
      <Field label={words.allowed} hint={words.allowedHint} error={fields['allowed_tools']}>
        <TextArea
          rows={2}
          className="font-mono text-xs"
          spellCheck={false}
          value={draft.allowed}
          onChange={({ target }) => onChange({ allowed: target.value })}
        />
      </Field>
      <Field label={words.timeout} error={fields['timeout_ms']}>
        <TextInput
          type="number"
          min={1}
          max={connectionBounds.timeout_ms}
          value={draft.timeout}
          placeholder={String(connectionDefaults.timeout_ms)}
          onValueChange={(timeout) => onChange({ timeout })}
        />
      </Field>
    </>
  )
}
