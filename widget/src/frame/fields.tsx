// The fields of a form: before a conversation, within it, and after it.
import type { FormDefinition } from '@parley/contract'
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

function readValues(fields: readonly Field[], data: FormData): Values {
  const values: Values = {}
  for (const { id, type } of fields) {
    const all = data.getAll(id).map(String)
    const text = (all[0] ?? '').trim()
    if (type === 'checkbox') values[id] = all.length > 0
    else if (type === 'multi_select' || type === 'multiselect') values[id] = all
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

const inputs: Record<string, string> = { email: 'email', phone: 'tel', number: 'number', date: 'date', time: 'time' }
const fills: Record<string, string> = { email: 'email', phone: 'tel' }

function OneField({ say, field, value, fault }: FieldProps) {
  const { id, label, type, required, options, min, max } = field
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const name = (
    <>
      {label}
      {required && <span class="soft"> ({say('required')})</span>}
    </>
  )
  const told = fault && (
    <p class="bad note" role="alert">
      {fault}
    </p>
  )
  const shared = {
    name: id,
    class: 'control',
    dir: 'auto' as const,
    'aria-required': required === true,
    'aria-invalid': !!fault,
  }
  switch (type) {
    case 'hidden':
      return <input type="hidden" name={id} value={field.value ?? ''} />
    case 'checkbox':
      return (
        <div class="field">
          <label class="check">
            <input type="checkbox" name={id} value="yes" defaultChecked={value === true} />
            <span>{name}</span>
          </label>
          {told}
        </div>
      )
    case 'radio':
    case 'multi_select':
    case 'multiselect':
    case 'rating': {
      const most = Math.min(10, Math.max(3, Math.trunc(max ?? 5)))
      const all =
        type === 'rating' ? Array.from({ length: most }, (_none, index) => String(index + 1)) : (options ?? [])
      const isOn = (option: string) => (Array.isArray(value) ? value.includes(option) : text === option)
      return (
        <fieldset class="field">
          <legend>{name}</legend>
          <div class={type === 'rating' ? 'stars' : 'field'}>
            {all.map((option) => (
              <label class="check">
                <input
                  type={type.startsWith('multi') ? 'checkbox' : 'radio'}
                  name={id}
                  value={option}
                  defaultChecked={isOn(option)}
                  aria-label={type === 'rating' ? say('stars', { n: Number(option), max: most }) : undefined}
                />
                <span dir="auto">{option}</span>
              </label>
            ))}
          </div>
          {told}
        </fieldset>
      )
    }
    default:
      return (
        <div class="field">
          <label>
            <span>{name}</span>
          </label>
          {type === 'select' ? (
            <select {...shared} aria-label={label} defaultValue={text}>
              <option value="">{say('choose')}</option>
              {options?.map((option) => (
                <option selected={option === text}>{option}</option>
              ))}
            </select>
          ) : type === 'textarea' ? (
            <textarea {...shared} aria-label={label} rows={3} maxLength={4000} defaultValue={text} />
          ) : (
            <input
              {...shared}
              aria-label={label}
              type={(inputs[type] ?? 'text') as 'text'}
              autoComplete={fills[type] as 'email' | undefined}
              min={type === 'number' ? (min ?? undefined) : undefined}
              max={type === 'number' ? (max ?? undefined) : undefined}
              step={type === 'number' ? 'any' : undefined}
              maxLength={type === 'email' ? 254 : 1000}
              defaultValue={text}
            />
          )}
          {told}
        </div>
      )
  }
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
