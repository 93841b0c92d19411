// The status filter of deliveries, read from the address. Pure.
import { deliveryStatuses } from '@parley/contract'

export type DeliveryStatus = (typeof deliveryStatuses)[number]

export function readStatus({ status }: Record<string, unknown>): { status?: DeliveryStatus } {
  const known = deliveryStatuses.find((name) => name === status)
  return known ? { status: known } : {}
}
