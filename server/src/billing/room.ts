// The manifest of billing: usage, prices, budgets and their reports.
import { budgetOperations, usageOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import { model_cost } from './metrics.ts'
import * as operations from './operations.ts'
import { purges } from './purge.ts'
import { billingWork } from './work.ts'

const group = { ...usageOperations, ...budgetOperations }

export function createBilling(core: Core): Room<typeof group> {
  core.metrics.declare(model_cost)
  return { name: 'billing', purges, operations: bindRoom(null, group, operations), work: billingWork(core) }
}
