// The embedding model of a knowledge base: its change, how far that is, and the way back.
import type { Dataset, KnowledgeCapabilities } from '@parley/contract'
import { useState } from 'react'
import { datasetsKey } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { Section } from '../../settings/settings-page.tsx'
import { useChange } from '../../settings/use-change.ts'
import { Button } from '../../ui/button.tsx'
import { Field, SelectInput, TextInput } from '../../ui/field.tsx'
import { Facts } from '../../ui/facts.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { checkModel, listModels, modelChange, modelOf, nameModel, other_model } from './dataset-form.ts'
import { datasetSettingsTexts as words } from './texts.ts'

interface Props {
  dataset: Dataset
  capabilities: KnowledgeCapabilities | undefined
  mayManage: boolean
}

export function ModelSection({ dataset, capabilities, mayManage }: Props) {
  const [isChanging, setChanging] = useState(false)
  const { embedding_dimension, reembedding } = dataset
  return (
    <Section
      title={words.model}
      intro={words.modelIntro}
      action={mayManage && <Button onClick={() => setChanging(true)}>{words.change}</Button>}
    >
      <Facts
        className="p-4"
        rows={[
          [words.modelNow, nameModel(dataset) === '' ? words.noModel : <code key="model">{nameModel(dataset)}</code>],
          [words.dimension, embedding_dimension],
        ]}
      />
      {reembedding !== null && <Reembedding dataset={dataset} reembedding={reembedding} mayManage={mayManage} />}
      {isChanging && <ChangeDialog dataset={dataset} capabilities={capabilities} onClose={() => setChanging(false)} />}
    </Section>
  )
}

interface ReembeddingProps {
  dataset: Dataset
  reembedding: NonNullable<Dataset['reembedding']>
  mayManage: boolean
}

function Reembedding({ dataset, reembedding, mayManage }: ReembeddingProps) {
  const { client } = useSession()
  const { embedding_model, status, done_chunks, total_chunks, error } = reembedding
  const isFailed = status === 'failed'
  const old = nameModel(dataset)
  const change = useChange(datasetsKey)
  const goBack = () =>
    client.updateDataset({
      dataset_id: dataset.id,
      embedding_model: old,
      embedding_dimension: dataset.embedding_dimension,
    })
  const title = isFailed ? words.failed(embedding_model) : words.running(embedding_model)
  return (
    <div className="flex flex-col gap-2 border-t border-line p-4">
      <p className={isFailed ? 'font-medium text-bad' : 'font-medium'} role="status">
        {title}
      </p>
      <ProgressBar label={title} value={total_chunks === 0 ? null : done_chunks / total_chunks} />
      <p className="numeric text-xs text-faint">
        {words.doneOf(done_chunks, total_chunks)} · {words.stillOld}
      </p>
      {error !== null && <p className="break-words text-bad">{error}</p>}
      {mayManage && (
        <div className="flex flex-wrap gap-2">
          {isFailed && (
            <Button
              kind="primary"
              onClick={() => void change(client.reembedDataset({ dataset_id: dataset.id }), words.startedAgain)}
            >
              {words.again}
            </Button>
          )}
          {old !== '' && <Button onClick={() => void change(goBack(), words.undone(old))}>{words.undo(old)}</Button>}
        </div>
      )}
    </div>
  )
}

function ChangeDialog({ dataset, capabilities, onClose }: Omit<Props, 'mayManage'> & { onClose: () => void }) {
  const { client } = useSession()
  const [form, setForm] = useState(() => modelOf(dataset))
  const models = listModels(dataset, capabilities)
  const faults = checkModel(form)
  const change = modelChange(dataset, form)
  const act = async () => {
    const [fault] = Object.values(faults)
    if (fault !== undefined) throw new Error(fault)
    if (change === null) throw new Error(words.sameModel)
    const { embedding_model, embedding_dimension } = change
    await client.updateDataset({ dataset_id: dataset.id, embedding_model, embedding_dimension })
  }
  return (
    <AskDialog
      title={words.changeTitle}
      text={words.meanwhile}
      submit={words.changeSubmit}
      done={words.changed}
      changes={[datasetsKey]}
      act={act}
      onClose={onClose}
    >
      <Field label={words.model}>
        <SelectInput value={form.choice} onChange={({ target }) => setForm({ ...form, choice: target.value })}>
          {form.choice === '' && <option value="">{words.noModel}</option>}
          {models.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
          <option value={other_model}>{words.other}</option>
        </SelectInput>
      </Field>
      {form.choice === other_model && (
        <Field label={words.otherModel} hint={words.modelHint}>
          <TextInput
            value={form.other}
            maxLength={300}
            autoComplete="off"
            spellCheck={false}
            onValueChange={(other) => setForm({ ...form, other })}
          />
        </Field>
      )}
      <Field label={words.dimension} hint={words.dimensionHint} error={faults.dimension}>
        <TextInput
          value={form.dimension}
          inputMode="numeric"
          autoComplete="off"
          onValueChange={(dimension) => setForm({ ...form, dimension })}
        />
      </Field>
      {change !== null && (
        <p role="status" className="rounded-md bg-warn-wash px-3 py-2 text-warn">
          {change.chunks === 0 ? words.sendsNothing : words.sends(change.provider, change.chunks)}
        </p>
      )}
    </AskDialog>
  )
}
