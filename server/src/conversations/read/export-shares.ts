// How many exports an organization has on this node: a reader may be slow, and each holds a piece meanwhile.
import { type FairShare, createFairShare } from '../../base/fair-share.ts'
import type { Clock } from '../../base/ports.ts'

export interface ExportShares {
  /** Those that have begun, however slowly they are read. */
  open: FairShare
  /** Those that read a page now. */
  reading: FairShare
}

const open_of_organization = 4
const reading_at_once = 4
/** Others wait for as long as a request may. */
const waiting = { most_waiting: 16, wait_ms: 30_000 }

export function createExportShares(clock: Pick<Clock, 'after'>): ExportShares {
  return {
    // Those of one organization never stand in the way of another's.
    open: createFairShare({ ...waiting, clock, places: Number.MAX_SAFE_INTEGER, most_held: open_of_organization }),
    reading: createFairShare({ ...waiting, clock, places: reading_at_once, wait_ms: 120_000 }),
  }
}
