// An output gives out its fields, each converted to its type, and ends the path.
import type { JsonObject } from '../../../base/json.ts'
import { convertOutput } from '../../rules/convert-values.ts'
import { StepFailure } from '../failure.ts'
import { fillValues } from '../fill.ts'
import type { RunStep } from '../visit-run.ts'

export const runOutput: RunStep<'output'> = async ({ output_data: fields }, run) => {
  const given = fields.map(({ value }, index) => ({ path: `output_data.${index}.value`, value }))
  const values = await fillValues(run, given)
  const { value, fault } = convertOutput(fields.map((field, index) => ({ ...field, value: values[index] })))
  if (fault !== null) throw new StepFailure('output_invalid', fault)
  return { output: value as JsonObject }
}
