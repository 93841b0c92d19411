// The answers to a form, as a page of the browser has them. Pure.
import { type AskedField, type FormValues, findFormFaults } from '@parley/contract'

/** By the id of the field, with the texts of its inputs. */
export type FieldTexts = ReadonlyMap<string, readonly string[]>

/** The values, of the types that the fields have. A box that is checked has a text. */
export function readValues(fields: readonly AskedField[], texts: FieldTexts): FormValues {
  const valueOf = ({ id, type }: AskedField): FormValues[string] => {
    const given = texts.get(id) ?? []
    const [first = ''] = given
    switch (type) {
      case 'checkbox':
        return given.length > 0
      case 'multi_select':
      case 'multiselect':
        return [...given]
      case 'hidden':
        return first === '' ? null : first
      case 'number':
      case 'rating':
        return first.trim() === '' ? null : Number(first)
      default:
        // A line ends with two characters in a form of a page.
        return first.replaceAll('\r\n', '\n')
    }
  }
  return Object.fromEntries(fields.map((field) => [field.id, valueOf(field)]))
}

/** What is wrong first, and with which field; null if the form can be sent. */
export function firstFault(
  fields: readonly AskedField[],
  values: FormValues,
): { label: string; message: string } | null {
  const [fault] = findFormFaults(fields, values)
  if (!fault) return null
  return { label: fields.find(({ id }) => id === fault.path)?.label ?? '', message: fault.message }
}
