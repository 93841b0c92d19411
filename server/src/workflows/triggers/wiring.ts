// What triggers need of the server, and the work that they do on it.
import type { Core } from '../../calls/core.ts'
import { openReservedStore } from '../../database/store.ts'
import type { Store } from '../../database/store.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { readSecrets } from '../../secrets/secrets.ts'
import { everyMinute } from '../../work/every-minute.ts'
import type { WorkKind } from '../../work/port.ts'
import type { Pinned } from '../commit/load.ts'
import type { QueueRoom } from '../queue-room.ts'
import { type ArrivalServices, arrivalsWork } from './arrivals.ts'
import { createEvaluate } from './evaluate.ts'
import { forgetFires } from './fires.ts'
import { createHookLimits } from './hook-limits.ts'
import type { HookServices } from './hooks.ts'
import { scheduleWork } from './schedules.ts'
import type { RunnableVersion, TriggerServices } from './services.ts'
import { triggerSettings } from './settings.ts'
import type { TokenServices } from './tokens.ts'

export interface TriggerParts extends Pick<TriggerServices, 'accepting'> {
  queue: QueueRoom
  sandbox: Sandbox
  planOf(store: Store, pinned: Pinned): Promise<RunnableVersion>
}

export type Triggers = HookServices & ArrivalServices & TokenServices & { readonly ports: Core['ports'] }

/** From one network, to URLs that nothing has. */
const misses_per_minute = 600

export function createTriggers(core: Core, { accepting, queue, sandbox, planOf }: TriggerParts): Triggers {
  const { database, ports, sealers, config } = core
  const settings = config.of(triggerSettings)
  const { hook_bytes: body_bytes, hook_requests_per_minute: requests_per_minute, transcript_characters } = settings
  return {
    ...{ database, ports, accepting, sealer: sealers.hook_sealer, transcript_characters },
    limits: createHookLimits(ports.clock, { body_bytes, requests_per_minute, misses_per_minute }),
    evaluate: createEvaluate(sandbox, () => ports.clock.now()),
    hasRoom: (store) => queue.has(store),
    requireRoom: (store) => queue.require(store),
    versionOf: (store, workflow_id, version) => planOf(store, { workflow_id, version, definition_digest: null }),
    async readSecret(store, name) {
      const reserved = openReservedStore(database, store.organization_id)
      return (await readSecrets(core, reserved, [name])).get(name) ?? null
    },
  }
}

/** Deleted in a minute. */
const forgotten_at_once = 10_000

export function triggerWork(triggers: Triggers, fire_days: number): WorkKind[] {
  return [
    scheduleWork(triggers),
    arrivalsWork(triggers),
    everyMinute('forget_workflow_fires', () => forgetFires(triggers.database, fire_days, forgotten_at_once)),
  ]
}
