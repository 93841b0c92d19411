// The manifest of workflows.
import { workflowOperations } from '@parley/contract'
import type { AgentContributions } from '../agents/agents.ts'
import type { ConversationContributions, Conversations } from '../conversations/conversations.ts'
import type { TurnContributions } from '../engine/engine.ts'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { Store } from '../database/store.ts'
import type { EventServices } from '../events/events.ts'
import type { ModelCatalog } from '../models/models.ts'
import { everyMinute } from '../work/every-minute.ts'
import { execution_changed } from './commit/change.ts'
import { eraseExecutions } from './commit/erase.ts'
import { lineWork } from './commit/line.ts'
import { sweepingWork } from './commit/sweep.ts'
import { createFollowed, executionKey } from './followed.ts'
import { type Limits, defaultLimits } from './machine/graph.ts'
import * as operations from './operations/index.ts'
import { createQueueRoom } from './queue-room.ts'
import { foldCounts } from './rows/counts.ts'
import { readPublished } from './rows/versions.ts'
import { forgetWorkflows } from './rows/workflows.ts'
import { createInAgents } from './in-agents/wiring.ts'
import { type Published, type Publisher, createPlans } from './run/plan.ts'
import { RunningExecutions } from './run/running.ts'
import { workflowRunSettings } from './run/settings.ts'
import { createRuns } from './run/wiring.ts'
import { listParleyScopes } from './rules/parley-tools.ts'
import type { Workflows } from './services.ts'
import { workflowSettings } from './settings.ts'
import { placeTriggers } from './triggers/place-triggers.ts'
import { triggerSettings } from './triggers/settings.ts'
import { createTriggers, triggerWork } from './triggers/wiring.ts'
import { executionWork } from './work.ts'
import { purges } from './purge.ts'

interface WorkflowOptions extends Pick<EventServices, 'open_streams'> {
  models: ModelCatalog
  conversations: Conversations
}

export function createWorkflows(
  core: Core,
  { open_streams, models, conversations }: WorkflowOptions,
): Room<typeof workflowOperations> & AgentContributions & ConversationContributions & TurnContributions {
  const { database, ports, live, log } = core
  const settings = core.config.of(workflowSettings)
  const limits: Limits = { ...defaultLimits, ...boundsOf(core) }
  const onError = (error: unknown) => log.warn({ err: error }, 'could not look for changes of executions; retrying')
  const followed = createFollowed({ database, signals: live.signals, clock: ports.clock, onError })
  const runs = createRuns(core, { models })
  const planOf = createPlans({ readPublished: readPlan }, limits)
  const running = new RunningExecutions({ database, bus: live.bus, clock: ports.clock, onError })
  live.bus.subscribe(execution_changed, (id) => live.signals.notify(executionKey(id)))
  const changing = { ports, bus: live.bus, rulesOf: planOf }
  const queue = createQueueRoom(ports.clock, settings.queued)
  const accepting = { reached: ports.reached, jobs_of_organization: settings.jobs }
  const triggers = createTriggers(core, { accepting, queue, planOf, sandbox: runs.sandbox })
  const own: Workflows = {
    ...{ ...changing, settings, limits, open_streams, models, followed, planOf, accepting, triggers },
    ...{ judge: runs.judge, sandbox: runs.sandbox, apps: runs.apps },
    placeTriggers: (tx, switched) => placeTriggers(triggers, tx, switched),
    scopesOf: listParleyScopes,
    hasRoom: (store) => queue.has(store),
    requireRoom: (store) => queue.require(store),
  }
  const services = {
    ...{ ...changing, database, running, isPlain: runs.isPlain, runAttempt: runs.runAttempt },
    jobs_of_organization: settings.jobs,
  }
  const inAgents = createInAgents(core, own, conversations)
  const kept_days = { executions: settings.retention_days, tests: settings.test_retention_days }
  const sweeping = { ...changing, database, kept_days, max_queued_ms: limits.max_queued_ms }
  return {
    name: 'workflows',
    purges,
    operations: bindRoom(own, workflowOperations, operations),
    work: [
      executionWork(services, core.config.of(workflowRunSettings).concurrency, core.config.drain_seconds * 1000),
      lineWork(services),
      sweepingWork(sweeping),
      ...triggerWork(triggers, core.config.of(triggerSettings).fire_days),
      ...inAgents.work,
      everyMinute('fold_workflow_counts', async () => {
        await foldCounts(database)
        await forgetWorkflows(database)
      }),
    ],
    ...inAgents.contributions,
    erase: (tx, conversation_id) => eraseExecutions(changing, tx, conversation_id),
    purge: (tx, conversation_id) => eraseExecutions(changing, tx, conversation_id),
    async start() {
      const stack = new AsyncDisposableStack()
      stack.use(runs)
      stack.use(followed)
      return stack
    },
  }
}

async function readPlan(store: Store, workflow_id: string, version: number): Promise<Published | null> {
  const found = await readPublished(store, workflow_id, version)
  return found && { ...found, published_by: found.published_by as unknown as Publisher }
}

function boundsOf({ config }: Core): Pick<Limits, 'max_output_bytes' | 'max_context_bytes'> {
  const { output_bytes, context_bytes } = config.of(workflowRunSettings)
  return { max_output_bytes: output_bytes, max_context_bytes: context_bytes }
}
