// The settings of a knowledge base.
import { type Dataset, chunkingMethods, datasetLanguages } from '@parley/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { datasetsKey } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { readFaults } from '../../settings/faults.ts'
import { HistoryLink } from '../../settings/history-link.tsx'
import { FormFault } from '../../settings/parts.tsx'
import { Refused, Section } from '../../settings/settings-page.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, SelectInput, TextArea, TextInput } from '../../ui/field.tsx'
import { notify } from '../../ui/notify.ts'
import { type GeneralForm, changesOf, checkGeneral, generalOf } from './dataset-form.ts'
import { ModelSection } from './model-section.tsx'
import { datasetSettingsTexts as words } from './texts.ts'

export function SettingsSection({ dataset }: { dataset: Dataset }) {
  const { client, scopes } = useSession()
  const { data: capabilities } = useQuery({
    queryKey: ['knowledge-capabilities'],
    queryFn: ({ signal }) => client.getKnowledgeCapabilities({}, { signal }),
    staleTime: 60_000,
  })
  const mayManage = scopes.has('sources:manage')
  return (
    <>
      {!mayManage && <Refused>{words.readOnly}</Refused>}
      <General key={JSON.stringify(generalOf(dataset))} dataset={dataset} mayManage={mayManage} />
      <ModelSection dataset={dataset} capabilities={capabilities} mayManage={mayManage} />
      {capabilities?.blob_store === 's3' && (
        <Section title={words.storage}>
          <p className="px-4 py-3 text-soft">{words.s3}</p>
        </Section>
      )}
      {mayManage && <Removal dataset={dataset} />}
    </>
  )
}

const fieldNames = ['name', 'description', 'language', 'chunking_strategy'] as const

function General({ dataset, mayManage }: { dataset: Dataset; mayManage: boolean }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [form, setForm] = useState(() => generalOf(dataset))
  const changes = changesOf(dataset, form)
  const hasChanged = Object.keys(changes).length > 0
  const faults = checkGeneral(form)
  const save = useMutation({
    mutationFn: () => client.updateDataset({ dataset_id: dataset.id, ...changes }),
    onSuccess: async () => {
      notify(words.saved)
      await queries.invalidateQueries({ queryKey: datasetsKey })
    },
  })
  const { fields, other } = readFaults(save.error, fieldNames)
  const change = (changed: Partial<GeneralForm>) => setForm({ ...form, ...changed })
  const disabled = !mayManage
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (hasChanged && Object.keys(faults).length === 0) save.mutate()
      }}
    >
      <Section title={words.general} action={<HistoryLink type="dataset" id={dataset.id} />}>
        <div className="flex flex-col gap-3 p-4">
          <GeneralFields form={form} fields={fields} disabled={disabled} onChange={change} />
          <Chunking form={form} faults={faults} disabled={disabled} onChange={change} />
          <FormFault text={fields['chunking_strategy'] ?? other} />
          {mayManage && (
            <Button type="submit" kind="primary" className="self-start" disabled={!hasChanged || save.isPending}>
              {words.save}
            </Button>
          )}
        </div>
      </Section>
    </form>
  )
}

interface FieldsProps {
  form: GeneralForm
  fields: Readonly<Record<string, string>>
  disabled: boolean
  onChange: (changed: Partial<GeneralForm>) => void
}

function GeneralFields({ form, fields, disabled, onChange }: FieldsProps) {
  return (
    <>
      <Field label={words.name} error={fields['name']}>
        <TextInput
          value={form.name}
          disabled={disabled}
          maxLength={200}
          autoComplete="off"
          onValueChange={(name) => onChange({ name })}
        />
      </Field>
      <Field label={words.description} hint={words.descriptionHint} error={fields['description']}>
        <TextArea
          rows={2}
          value={form.description}
          disabled={disabled}
          maxLength={4000}
          onChange={({ target }) => onChange({ description: target.value })}
        />
      </Field>
      <Field label={words.language} hint={words.languageHint} error={fields['language']}>
        <SelectInput
          value={form.language}
          disabled={disabled}
          onChange={({ target }) =>
            onChange({ language: datasetLanguages.find((known) => known === target.value) ?? 'auto' })
          }
        >
          {datasetLanguages.map((language) => (
            <option key={language} value={language}>
              {words.nameOfLanguage(language)}
            </option>
          ))}
        </SelectInput>
      </Field>
    </>
  )
}

interface ChunkingProps {
  form: GeneralForm
  faults: ReturnType<typeof checkGeneral>
  disabled: boolean
  onChange: (changed: Partial<GeneralForm>) => void
}

function Chunking({ form, faults, disabled, onChange }: ChunkingProps) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{words.chunking}</legend>
      <p className="text-xs text-faint">{words.chunkingHint}</p>
      <div className="grid gap-3 wide:grid-cols-3">
        <Field label={words.method}>
          <SelectInput
            value={form.method}
            disabled={disabled}
            onChange={({ target }) =>
              onChange({ method: chunkingMethods.find((known) => known === target.value) ?? 'fixed_size' })
            }
          >
            {chunkingMethods.map((method) => (
              <option key={method} value={method}>
                {words.methods[method]}
              </option>
            ))}
          </SelectInput>
        </Field>
        <Field label={words.size} error={faults.chunk_size}>
          <TextInput
            inputMode="numeric"
            autoComplete="off"
            value={form.chunk_size}
            disabled={disabled}
            onValueChange={(chunk_size) => onChange({ chunk_size })}
          />
        </Field>
        <Field label={words.overlap} hint={words.overlapHint} error={faults.chunk_overlap}>
          <TextInput
            inputMode="numeric"
            autoComplete="off"
            value={form.chunk_overlap}
            disabled={disabled}
            onValueChange={(chunk_overlap) => onChange({ chunk_overlap })}
          />
        </Field>
      </div>
    </fieldset>
  )
}

function Removal({ dataset }: { dataset: Dataset }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [isAsking, setAsking] = useState(false)
  return (
    <Section
      title={words.remove}
      intro={words.removeText}
      action={<Button onClick={() => setAsking(true)}>{words.removeButton}</Button>}
    >
      {isAsking && (
        <AskDialog
          title={words.removeTitle(dataset.name)}
          text={words.removeAsk}
          submit={words.removeSubmit}
          done={words.removed}
          isDangerous
          changes={[]}
          act={() => client.deleteDataset({ dataset_id: dataset.id })}
          onDone={() => {
            void navigate({ to: '/knowledge' }).then(() => queries.removeQueries({ queryKey: datasetsKey }))
          }}
          onClose={() => setAsking(false)}
        >
          <p>{dataset.agents.length === 0 ? words.losingNone : words.losing}</p>
          {dataset.agents.length > 0 && (
            <ul className="list-disc pl-5">
              {dataset.agents.map(({ id, name }) => (
                <li key={id} className="break-words">
                  <bdi>{name}</bdi>
                </li>
              ))}
            </ul>
          )}
        </AskDialog>
      )}
    </Section>
  )
}
