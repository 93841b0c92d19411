// The runner of each type of step, complete by type.
import type { VisitedType } from '../rules/resolve-definition.ts'
import { runApp } from './steps/app.ts'
import { runCode } from './steps/code.ts'
import { runCondition } from './steps/condition.ts'
import { runHttp } from './steps/http.ts'
import { runInput } from './steps/input.ts'
import { runOutput } from './steps/output.ts'
import { runTrigger } from './steps/trigger.ts'
import { runWait } from './steps/wait.ts'
import type { RunStep } from './visit-run.ts'

export const stepRunners: { [Type in VisitedType]: RunStep<Type> } = {
  trigger: runTrigger,
  input: runInput,
  code: runCode,
  condition: runCondition,
  http: runHttp,
  app: runApp,
  output: runOutput,
  wait: runWait,
}
