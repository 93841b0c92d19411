// Writes a form: its words, its fields in their order, and the form itself to be tried.
import { type FormDefinition, type FormValues, agentBounds } from '@parley/contract'
import { useState } from 'react'
import { FormAnswer } from '../../transcript/widget-fields.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { Columns, type Edit } from '../config-fields.tsx'
import type { Path } from '../widget-draft.ts'
import { FieldList } from './field-list.tsx'
import { addField, setAttribute } from './form-draft.ts'
import { formTexts as words } from './texts.ts'

interface Props {
  edit: Edit
  path: Path
  form: FormDefinition
  /** Says what becomes of the values. */
  result: string
  onChange: (form: FormDefinition) => void
}

const { title, description, submit_label } = agentBounds.form
const attributes = { title, description, submit_label } as const

export function FormEditor({ edit, path, form, result, onChange }: Props) {
  const faultAt = (...keys: (string | number)[]) => edit.faults.get(['config', ...path, ...keys].join('.'))
  return (
    <>
      <div className="-m-4">
        <Columns>
          {(Object.keys(attributes) as (keyof typeof attributes)[]).map((name) => (
            <Field key={name} label={words.attributes[name]} error={faultAt(name)}>
              <TextInput
                value={form[name] ?? ''}
                maxLength={attributes[name]}
                disabled={edit.isReadOnly}
                onValueChange={(text) => onChange(setAttribute(form, name, text))}
              />
            </Field>
          ))}
        </Columns>
      </div>
      <div className="flex flex-col gap-2">
        <h3 className="font-medium">{words.fields}</h3>
        {!edit.isReadOnly && <p className="text-xs text-faint">{words.sortHint}</p>}
        <FieldList form={form} isReadOnly={edit.isReadOnly} faultAt={faultAt} onChange={onChange} />
        {!edit.isReadOnly && form.fields.length < agentBounds.form.fields && (
          <Button
            icon="plus"
            className="self-start"
            onClick={() => onChange(addField(form, words.newField(form.fields.length + 1)))}
          >
            {words.addField}
          </Button>
        )}
      </div>
      <Trial key={JSON.stringify(form)} form={form} result={result} />
    </>
  )
}

/** As the tester shows it, with what a conversation would have then. */
function Trial({ form, result }: Pick<Props, 'form' | 'result'>) {
  const [values, setValues] = useState<FormValues | null>(null)
  if (form.fields.length === 0) return null
  return (
    <section aria-label={words.trial} className="flex flex-col gap-2 rounded-md bg-sunken p-3">
      <h3 className="font-medium">{words.trial}</h3>
      <FormAnswer {...form} isAnswered={false} onAnswer={setValues} />
      {values && (
        <div role="status">
          <p className="text-soft">{result}</p>
          <pre className="font-mono text-xs wrap-anywhere whitespace-pre-wrap">{JSON.stringify(values, null, 2)}</pre>
        </div>
      )}
    </section>
  )
}
