// The fields of a form: before a conversation, within it, and after it.
import type { FormDefinition } from '@parley/contract'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Say } from '../texts/texts.ts'

export type Field = FormDefinition['fields'][number]
export type Values = Record<string, unknown>

interface FormProps {
  say: Say
  fields: readonly Field[]
  submit: string
  values?: Values | null
  /** What the server found, by field. */
  faults?: Readonly<Record<string, string>>
  isDisabled?: boolean
  onSubmit: (values: Values) => void
}

export function Form({ say, fields, submit, values = null, faults = {}, isDisabled = false, onSubmit }: FormProps) {
  const [missing, setMissing] = useState<Field | null>(null)
  const send = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const read = readValues(fields, new FormData(form))
    const first = fields.find((field) => field.required && field.type !== 'hidden' && isEmpty(read[field.id])) ?? null
    setMissing(first)
    if (!first) return onSubmit(read)
    const control = form.elements.namedItem(first.id)
    ;(control instanceof RadioNodeList ? (control[0] as HTMLElement) : (control as HTMLElement | null))?.focus()
  }
  return (
    <form class="fields" onSubmit={send} noValidate>
      <fieldset class="fields" disabled={isDisabled}>
        {fields.map((field) => (
          <OneField key={field.id} say={say} field={field} value={values?.[field.id]} fault={faults[field.id]} />
        ))}
        {missing && (
          <p class="bad" role="alert">
            {say('missing', { label: missing.label })}
          </p>
        )}
        <div>
          <button class="button" type="submit">
            {submit}
          </button>
        </div>
      </fieldset>
    </form>
  )
}

const isEmpty = (value: unknown) =>
  value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0)

const holdsMany = (type: Field['type']) => type === 'multi_select' || type === 'multiselect'

function readValues(fields: readonly Field[], data: FormData): Values {
  const values: Values = {}
  for (const { id, type } of fields) {
    const all = data.getAll(id).map(String)
    const text = (all[0] ?? '').trim()
    if (type === 'checkbox') values[id] = all.length > 0
    else if (holdsMany(type)) values[id] = all
    else if (text !== '') values[id] = type === 'number' || type === 'rating' ? Number(text) : text
  }
  return values
}

interface FieldProps {
  say: Say
  field: Field
  value: unknown
  fault: string | undefined
}

interface DrawnProps extends Pick<FieldProps, 'say' | 'field' | 'value'> {
  name: ComponentChildren
  fault: ComponentChildren
}

function OneField({ say, field, value, fault: text }: FieldProps) {
  const { id, label, type, required } = field
  if (type === 'hidden') return <input type="hidden" name={id} value={field.value ?? ''} />
  const name = (
    <>
      {label}
      {required && <span class="soft"> ({say('required')})</span>}
    </>
  )
  const fault = text && (
    <p class="bad note" role="alert">
      {text}
    </p>
  )
  const drawn = { say, field, value, name, fault }
  if (type === 'checkbox') return <Check {...drawn} />
  return type === 'radio' || type === 'rating' || holdsMany(type) ? (
    <Choices {...drawn} />
  ) : (
    <Control {...drawn} isFaulty={!!text} />
  )
}

function Check({ field: { id }, value, name, fault }: DrawnProps) {
  return (
    <div class="field">
      <label class="check">
        <input type="checkbox" name={id} value="yes" defaultChecked={value === true} />
        <span>{name}</span>
      </label>
      {fault}
    </div>
  )
}

function Choices({ say, field: { id, type, options, max }, value, name, fault }: DrawnProps) {
  const most = Math.min(10, Math.max(3, Math.trunc(max ?? 5)))
  const isRating = type === 'rating'
  const all = isRating ? Array.from({ length: most }, (_none, index) => String(index + 1)) : (options ?? [])
  const isOn = (option: string) => (Array.isArray(value) ? value.includes(option) : textOf(value) === option)
  return (
    <fieldset class="field">
      <legend>{name}</legend>
      <div class={isRating ? 'stars' : 'field'}>
        {all.map((option) => (
          <label class="check" key={option}>
            <input
              type={holdsMany(type) ? 'checkbox' : 'radio'}
              name={id}
              value={option}
              defaultChecked={isOn(option)}
              aria-label={isRating ? say('stars', { n: Number(option), max: most }) : undefined}
            />
            <span dir="auto">{option}</span>
          </label>
        ))}
      </div>
      {fault}
    </fieldset>
  )
}

const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const inputs: Record<string, string> = { email: 'email', phone: 'tel', number: 'number', date: 'date', time: 'time' }
const fills: Record<string, string> = { email: 'email', phone: 'tel' }

function Control({ say, field, value, name, fault, isFaulty }: DrawnProps & { isFaulty: boolean }) {
  const { id, label, type, required, options, min, max } = field
  const text = textOf(value)
  const range = type === 'number' ? { min: min ?? undefined, max: max ?? undefined, step: 'any' } : {}
  const shared = {
    name: id,
    class: 'control',
    dir: 'auto' as const,
    'aria-label': label,
    'aria-required': required === true,
    'aria-invalid': isFaulty,
  }
  return (
    <div class="field">
      <label>
        <span>{name}</span>
      </label>
      {type === 'select' ? (
        <select {...shared} defaultValue={text}>
          <option value="">{say('choose')}</option>
          {options?.map((option) => (
            <option key={option} selected={option === text}>
              {option}
            </option>
          ))}
        </select>
      ) : type === 'textarea' ? (
        <textarea {...shared} rows={3} maxLength={4000} defaultValue={text} />
      ) : (
        <input
          {...shared}
          {...range}
          type={(inputs[type] ?? 'text') as 'text'}
          autoComplete={fills[type] as 'email' | undefined}
          maxLength={type === 'email' ? 254 : 1000}
          defaultValue={text}
        />
      )}
      {fault}
    </div>
  )
}

/** As a message, until the server's own text of it is there. */
export function describeValues(fields: readonly Field[], values: Values, say: Say): string {
  const lines = fields.flatMap(({ id, label }) => {
    const value = values[id]
    if (isEmpty(value) && value !== false) return []
    const text =
      typeof value === 'boolean' ? say(value ? 'yes' : 'no') : Array.isArray(value) ? value.join(', ') : String(value)
    return [`${label}: ${text}`]
  })
  return lines.join('\n') || '–'
}
