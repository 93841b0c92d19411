// An input checks what the execution was given, and gives out its fields.
import { isObject } from '../../../agents/rules/config-faults.ts'
import type { JsonObject } from '../../../base/json.ts'
import { checkInput } from '../../rules/convert-values.ts'
import { StepFailure } from '../failure.ts'
import type { RunStep } from '../visit-run.ts'

export const runInput: RunStep<'input'> = async ({ fields }, { context }) => {
  const { values, faults } = checkInput(fields, isObject(context.input) ? context.input : {})
  if (faults.length > 0) {
    const told = faults.map(({ field, message }) => `${field} ${message}`)
    throw new StepFailure('input_invalid', `The input is not valid: ${told.join('; ')}.`)
  }
  return { output: values as JsonObject }
}
