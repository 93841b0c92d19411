// The answers to a form as a message, with a line for each field that was filled in. Pure.
import type { FormDefinition } from '@parley/contract'

export type FormField = FormDefinition['fields'][number]
export type FieldValues = ReadonlyMap<string, readonly string[]>

const filled = (values: FieldValues, id: string) => (values.get(id) ?? []).filter((value) => value.trim() !== '')

/** The label of the first required field that is empty. */
export function firstMissing(fields: readonly FormField[], values: FieldValues): string | null {
  return fields.find(({ id, required }) => required === true && filled(values, id).length === 0)?.label ?? null
}

export function describeAnswers(
  fields: readonly FormField[],
  values: FieldValues,
  words: { no: string; nothing: string },
): string {
  const lines = fields.flatMap(({ id, label, type }) => {
    const given = filled(values, id)
    if (given.length === 0) return type === 'checkbox' ? [`${label}: ${words.no}`] : []
    return [`${label}: ${given.join(', ')}`]
  })
  return lines.length === 0 ? words.nothing : lines.join('\n')
}
