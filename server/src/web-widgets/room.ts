// The manifest of web widgets.
import { webWidgetOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations/index.ts'
import type { WebWidgets } from './services.ts'

export function createWebWidgets(_core: Core): Room<typeof webWidgetOperations> {
  const own: WebWidgets = {}
  return {
    name: 'web-widgets',
    operations: bindRoom(own, webWidgetOperations, operations),
  }
}
