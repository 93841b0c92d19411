// The answers to a form as a message, with a line for each field that was filled in. Pure.
import { type FormDefinition, agentBounds, agentDefaults } from '@parley/contract'

export type FormField = FormDefinition['fields'][number]
export type FieldValues = ReadonlyMap<string, readonly string[]>

const filled = (values: FieldValues, id: string) => (values.get(id) ?? []).filter((value) => value.trim() !== '')

/** The label of the first required field that is empty; nobody can fill in a hidden one. */
export function firstMissing(fields: readonly FormField[], values: FieldValues): string | null {
  const isMissing = ({ id, type, required }: FormField) =>
    required === true && type !== 'hidden' && filled(values, id).length === 0
  return fields.find(isMissing)?.label ?? null
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

/** How many stars a rating has. The schema bounds it, but not in an imported transcript. */
export function starsOf(max: number | null | undefined): number {
  const { least, most } = agentBounds.form_field.stars
  return Math.min(most, Math.max(least, Math.trunc(max ?? agentDefaults.form_field.stars)))
}
