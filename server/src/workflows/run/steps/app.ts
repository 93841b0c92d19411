// An app step calls a tool of a connection.
import { createRedactor } from '../../../secrets/rules/redact.ts'
import type { JsonObject } from '../../../base/json.ts'
import { StepFailure } from '../failure.ts'
import { fillValue } from '../fill.ts'
import type { RunStep } from '../visit-run.ts'

export const runApp: RunStep<'app'> = async ({ connection, tool, arguments: given, timeout_ms }, run) => {
  const { attempt, services, step } = run
  const filled = (await fillValue(run, 'arguments', given)) as JsonObject
  const redactor = createRedactor(await services.readSecrets(attempt.execution.organization_id))
  const input = redactor.redactValue({ connection, tool, arguments: filled })
  try {
    const call = { tool, arguments: filled, timeout_ms, idempotent: step.idempotent, redactor }
    return { output: await services.callApp(run, connection, call), input }
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error
    error.message = redactor.redactText(error.message)
    throw Object.assign(error, { input })
  }
}
