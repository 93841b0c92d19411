// One field of a form: what it is called, its type, and what that type has.
import { agentBounds } from '@parley/contract'
import { useState } from 'react'
import { Check } from '../../settings/parts.tsx'
import { Field, SelectInput, TextArea, TextInput } from '../../ui/field.tsx'
import { linesOf } from '../widget-draft.ts'
import { type FieldType, type FormField, hasOptions, offeredTypes } from './form-draft.ts'
import { formTexts as words } from './texts.ts'

const { form_field: bounds } = agentBounds

interface Props {
  field: FormField
  isReadOnly: boolean
  faultAt: (key: string) => string | undefined
  onChange: (change: Partial<FormField>) => void
}

export function FieldEditor({ field, isReadOnly, faultAt, onChange }: Props) {
  const { type } = field
  return (
    <div className="flex flex-col gap-3">
      <Names {...{ field, isReadOnly, faultAt, onChange }} />
      {hasOptions(type) && (
        <Options field={field} isReadOnly={isReadOnly} fault={faultAt('options')} onChange={onChange} />
      )}
      {type === 'number' && (
        <div className="grid grid-cols-2 gap-3">
          {(['min', 'max'] as const).map((name) => (
            <NumberInput
              key={name}
              {...{ field, name, isReadOnly, onChange }}
              fault={faultAt(name)}
              label={words[name]}
            />
          ))}
        </div>
      )}
      {type === 'rating' && (
        <NumberInput
          {...{ field, isReadOnly, onChange }}
          name="max"
          fault={faultAt('max')}
          label={words.stars}
          range={[bounds.stars.least, bounds.stars.most]}
        />
      )}
      {type === 'hidden' ? (
        <Field label={words.value} hint={words.valueHint} error={faultAt('value')}>
          <TextInput
            value={field.value ?? ''}
            maxLength={bounds.value}
            disabled={isReadOnly}
            onValueChange={(value) => onChange({ value })}
          />
        </Field>
      ) : (
        <Check
          label={words.isRequired}
          isChecked={field.required === true}
          isDisabled={isReadOnly}
          onChange={(required) => onChange({ required })}
        />
      )}
    </div>
  )
}

function Names({ field: { id, label, type }, isReadOnly, faultAt, onChange }: Props) {
  const shown: readonly FieldType[] = type === 'multiselect' ? [...offeredTypes, 'multiselect'] : offeredTypes
  return (
    <div className="grid grid-cols-1 gap-3 wide:grid-cols-3">
      <Field label={words.label} error={faultAt('label')}>
        <TextInput
          value={label}
          maxLength={bounds.label}
          disabled={isReadOnly}
          onValueChange={(text) => onChange({ label: text })}
        />
      </Field>
      <Field label={words.type} error={faultAt('type')}>
        <SelectInput
          value={type}
          disabled={isReadOnly}
          onChange={({ target }) => onChange({ type: target.value as FieldType })}
        >
          {shown.map((one) => (
            <option key={one} value={one}>
              {words.types[one]}
            </option>
          ))}
        </SelectInput>
      </Field>
      <Field label={words.id} hint={words.idHint} error={faultAt('id')}>
        <TextInput
          className="font-mono text-xs"
          value={id}
          maxLength={bounds.id}
          disabled={isReadOnly}
          spellCheck={false}
          onValueChange={(text) => onChange({ id: text })}
        />
      </Field>
    </div>
  )
}

type PartProps = Pick<Props, 'field' | 'isReadOnly' | 'onChange'> & { fault: string | undefined }

/** A line that is being typed stays as it is. */
function Options({ field, isReadOnly, fault, onChange }: PartProps) {
  const kept = (field.options ?? []).join('\n')
  const [text, setText] = useState(kept)
  if (linesOf(text).join('\n') !== kept) setText(kept)
  return (
    <Field label={words.options} hint={words.optionsHint} error={fault}>
      <TextArea
        rows={4}
        value={text}
        disabled={isReadOnly}
        onChange={({ target }) => {
          setText(target.value)
          onChange({ options: linesOf(target.value) })
        }}
      />
    </Field>
  )
}

interface NumberProps extends PartProps {
  name: 'min' | 'max'
  label: string
  range?: readonly [number, number]
}

function NumberInput({ field, isReadOnly, fault, onChange, name, label, range }: NumberProps) {
  return (
    <Field label={label} error={fault}>
      <TextInput
        type="number"
        min={range?.[0]}
        max={range?.[1]}
        value={field[name] == null ? '' : String(field[name])}
        disabled={isReadOnly}
        onValueChange={(text) => onChange({ [name]: text === '' ? null : Number(text) })}
      />
    </Field>
  )
}
