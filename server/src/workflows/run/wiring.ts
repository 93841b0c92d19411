// Puts together what carries executions out: the sandbox, the models, and connections.
import type { ModelCatalog } from '../../models/models.ts'
import type { Core } from '../../calls/core.ts'
import { openReservedStore } from '../../database/store.ts'
import { type Sandbox, createSandbox } from '../../sandbox/sandbox.ts'
import { sandboxSettings } from '../../sandbox/settings.ts'
import { readSecrets } from '../../secrets/secrets.ts'
import { findConnections } from '../rows/connections.ts'
import type { DefinitionVerdict } from '../rules/judge-definition.ts'
import { type Apps, createApps } from './app/call-app.ts'
import { createAskModel } from './ask-model.ts'
import { runAttempt } from './attempt.ts'
import type { CarryServices } from './carry.ts'
import { checkDefinition } from './check-definition.ts'
import type { Plan } from './plan.ts'
import { workflowRunSettings } from './settings.ts'
import type { RunServices } from './visit-run.ts'

export interface WorkflowRuns extends Pick<CarryServices<Plan>, 'isPlain' | 'runAttempt'>, AsyncDisposable {
  /** No process runs before it is needed. */
  sandbox: Sandbox
  apps: Pick<Apps, 'listTools' | 'listParleyTools'>
  judge(organization_id: string, definition: unknown, prefix?: string): Promise<DefinitionVerdict>
}

export function createRuns(core: Core, { models }: { models: ModelCatalog }): WorkflowRuns {
  const { config, database, ports, log, outbound } = core
  const limits = config.of(workflowRunSettings)
  const sandbox_limits = config.of(sandboxSettings)
  const sandbox = createSandbox(ports.clock, sandbox_limits)
  const apps = createApps(core, findConnection, limits.answer_bytes)
  const services: RunServices = {
    ...{ ports, log, outbound, sandbox, sandbox_ms: sandbox_limits.visit_ms, limits },
    readSecrets: (organization_id) => readSecrets(core, openReservedStore(database, organization_id)),
    askModel: createAskModel({ ...core, models }, limits),
    callApp: apps.callApp,
  }
  const never = new AbortController().signal
  return {
    ...{ sandbox, apps },
    judge: (organization_id, definition, prefix) =>
      checkDefinition(sandbox, definition, { organization_id, signal: never, ...(prefix && { prefix }) }),
    isPlain: (step, plan) => plan.isPlain(step),
    runAttempt: (attempt) => runAttempt(services, attempt),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}

async function findConnection(...[store, named]: Parameters<Parameters<typeof createApps>[1]>) {
  return (await findConnections(store, [named])).get(named) ?? null
}
