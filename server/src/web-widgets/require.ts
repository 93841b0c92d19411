// Finds the widget of a call among those that the caller may see, and reports changes of it.
import type { WidgetChange } from '@parley/contract'
import { notFound } from '../base/errors.ts'
import { maySeeAgent } from '../calls/access.ts'
import type { Context } from '../calls/context.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import { addOrganizationEvent } from '../events/events.ts'
import { type WidgetRecord, lockWidget, readWidget } from './widget-rows.ts'

type Caller = Pick<Context, 'access'>

/** A widget of an agent that the caller may not see counts as not found. */
export async function requireWidget(caller: Caller, store: Store, widget_id: string): Promise<WidgetRecord> {
  return requireVisible(caller, await readWidget(store, widget_id))
}

/** Nobody else changes it until the transaction ends. */
export async function requireLockedWidget(
  caller: Caller,
  tx: TransactionStore,
  widget_id: string,
): Promise<WidgetRecord> {
  return requireVisible(caller, await lockWidget(tx, widget_id, 'update'))
}

function requireVisible({ access }: Caller, widget: WidgetRecord | null): WidgetRecord {
  if (!widget || !maySeeAgent(access, widget.agent_id)) throw notFound('Web widget')
  return widget
}

/** In the commit of the change, under the lock of the widget. */
export function reportChange(
  { core }: Pick<Context, 'core'>,
  tx: TransactionStore,
  { id, name }: Pick<WidgetRecord, 'id' | 'name'>,
  changed: WidgetChange[],
): void {
  const event = { id: core.ports.newId(), organization_id: tx.organization_id, subject: id }
  addOrganizationEvent(tx, {
    ...event,
    type: 'web_widget.updated',
    data: { web_widget_id: id, name, changed },
  })
}
