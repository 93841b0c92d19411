// Code runs in the sandbox: it sees the names of the visit, and what it returns is the output.
import type { JsonValue } from '../../../base/json.ts'
import { StepFailure } from '../failure.ts'
import { orBusy } from '../fill.ts'
import type { RunStep } from '../visit-run.ts'

export const runCode: RunStep<'code'> = async ({ code, timeout_ms }, { attempt, names, services }) => {
  const { execution, visit, key, signal } = attempt
  const { value, fault, logs } = await orBusy(signal, () =>
    services.sandbox.run({
      ...{ owner: execution.organization_id, names, at_ms: visit.started_at, seed: key, signal },
      ...{ code, time_ms: timeout_ms },
    }),
  )
  if (fault === null) return { output: (value ?? null) as JsonValue, logs }
  const failure = new StepFailure(fault.code === 'result_too_large' ? 'output_too_large' : 'code_failed', fault.message)
  throw Object.assign(failure, { logs })
}
