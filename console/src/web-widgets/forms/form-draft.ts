// A form that is being written: its fields in order, each with an id that follows its label until somebody writes one. Pure.
import { type FormDefinition, fieldTypesWithOptions, reservedFieldIds, reservedFieldPrefixes } from '@parley/contract'

export type FormField = FormDefinition['fields'][number]
export type FieldType = FormField['type']

/** `multiselect` is another name of `multi_select`. */
export const offeredTypes = [
  'text',
  'textarea',
  'email',
  'phone',
  'number',
  'date',
  'time',
  'select',
  'multi_select',
  'radio',
  'checkbox',
  'rating',
  'hidden',
] as const satisfies readonly FieldType[]

const withOptions: readonly string[] = fieldTypesWithOptions
export const hasOptions = (type: FieldType) => withOptions.includes(type)

export const newForm = (id: string): FormDefinition => ({ id, fields: [] })

const isReserved = (id: string) =>
  (reservedFieldIds as readonly string[]).includes(id) || reservedFieldPrefixes.some((start) => id.startsWith(start))

/** An id for a label, which no other field has. */
export function idOf(label: string, taken: readonly string[]): string {
  const plain = label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40)
  const base = plain === '' ? 'field' : isReserved(plain) ? `field_${plain}` : plain
  const ids = [base, ...taken.map((_id, index) => `${base}_${index + 2}`)]
  return ids.find((id) => !taken.includes(id))!
}

const idsBut = (fields: readonly FormField[], index: number) =>
  fields.filter((_field, other) => other !== index).map(({ id }) => id)

export function addField(form: FormDefinition, label: string): FormDefinition {
  const { fields } = form
  return { ...form, fields: [...fields, { id: idOf(label, idsBut(fields, -1)), label, type: 'text' }] }
}

/** The id follows the label as long as nobody has written another. */
export function changeField(form: FormDefinition, index: number, change: Partial<FormField>): FormDefinition {
  const fields = form.fields.map((field, at) => {
    if (at !== index) return field
    const others = idsBut(form.fields, index)
    const follows = change.label !== undefined && change.id === undefined && field.id === idOf(field.label, others)
    return clean({ ...field, ...change, ...(follows ? { id: idOf(change.label!, others) } : {}) })
  })
  return { ...form, fields }
}

/** Only what its type has. */
function clean({ options, min, max, value, required, ...field }: FormField): FormField {
  const { type } = field
  return {
    ...field,
    ...(required === true && type !== 'hidden' ? { required } : {}),
    ...(hasOptions(type) ? { options: options ?? [] } : {}),
    ...(type === 'number' && min != null ? { min } : {}),
    ...((type === 'number' || type === 'rating') && max != null ? { max } : {}),
    ...(type === 'hidden' && value != null ? { value } : {}),
  }
}

export function removeField(form: FormDefinition, index: number): FormDefinition {
  return { ...form, fields: form.fields.filter((_field, at) => at !== index) }
}

export function moveField(form: FormDefinition, from: number, to: number): FormDefinition {
  const { fields } = form
  if (from === to || !fields[from] || to < 0 || to >= fields.length) return form
  return { ...form, fields: fields.toSpliced(from, 1).toSpliced(to, 0, fields[from]) }
}

/** What an attribute has. */
export function setAttribute<K extends 'title' | 'description' | 'submit_label'>(
  form: FormDefinition,
  name: K,
  text: string,
): FormDefinition {
  const { [name]: _before, ...others } = form
  return text === '' ? (others as FormDefinition) : { ...form, [name]: text }
}
