// The manifest of web widgets.
import { webWidgetOperations } from '@parley/contract'
import type { AgentContributions } from '../agents/agents.ts'
import { AppError } from '../base/errors.ts'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import { createBuckets } from '../calls/rate-limit.ts'
import type { Room } from '../calls/room.ts'
import { createOutboundClient } from '../outbound/client.ts'
import type { Lookup } from '../outbound/names.ts'
import type { Store } from '../database/store.ts'
import * as operations from './operations/index.ts'
import type { WebWidgets } from './services.ts'
import { hasLiveWidgets, listWidgetsOfAgent } from './widget-queries.ts'

const brands_per_minute = 10

type WebWidgetRoom = Room<typeof webWidgetOperations> & AgentContributions

export function createWebWidgets({ config, ports }: Core, { lookup }: { lookup: Lookup }): WebWidgetRoom {
  const brands = createBuckets(brands_per_minute)
  const own: WebWidgets = {
    outbound: createOutboundClient({ allowed_hosts: config.crawled_private_hosts, clock: ports.clock, lookup }),
    takeBrand(organization_id) {
      const level = brands.look(organization_id, Math.floor(ports.clock.monotonic()), 1)
      return level.write(level.hasRoom)
    },
  }
  return {
    name: 'web-widgets',
    operations: bindRoom(own, webWidgetOperations, operations),
    listWebWidgets: listWidgetsOfAgent,
    refusals: [refuseWithLiveWidgets],
  }
}

async function refuseWithLiveWidgets(tx: Store, agent_id: string): Promise<void> {
  if (!(await hasLiveWidgets(tx, agent_id))) return
  throw new AppError('agent_in_use', 'A live web widget has this agent. Unpublish or delete the widget first.')
}
