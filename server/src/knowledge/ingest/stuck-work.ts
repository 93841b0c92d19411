// Each minute: what has made no progress for a day fails, and generations that were replaced a month ago are erased.
import type { Core } from '../../calls/core.ts'
import { openReservedStore } from '../../database/store.ts'
import { addWork } from '../../work/add.ts'
import { everyMinute } from '../../work/every-minute.ts'
import type { WorkKind } from '../../work/port.ts'
import { never_uploaded, stuck } from '../rules/tries.ts'
import { failSource } from './contents.ts'
import { failAttachment } from './failures.ts'
import { erase_chunks_work } from './requests.ts'
import {
  type Stuck,
  closeUpload,
  findStuckAttachments,
  findStuckSources,
  forgetReplaced,
  isStillStuck,
} from './stuck-rows.ts'

const day_ms = 24 * 3_600_000
/** Citations and records of retrievals can be read for so long. */
const replaced_readable_ms = 30 * day_ms
/** A minute. */
const ended_at_once = 1000
const forgotten_at_once = 1000

export function stuckWork(core: Core): WorkKind {
  return everyMinute('end_stuck_ingestion', (signal) => endStuckIngestion(core, signal))
}

export async function endStuckIngestion(core: Core, signal: AbortSignal): Promise<void> {
  const { database } = core
  for (const source of await findStuckSources(database, day_ms, ended_at_once)) {
    signal.throwIfAborted()
    await endSource(core, source)
  }
  for (const attachment of await findStuckAttachments(database, day_ms, ended_at_once)) {
    signal.throwIfAborted()
    await endAttachment(core, attachment)
  }
  await forgetOldGenerations(core)
}

const reasonOf = ({ has_no_file }: Stuck) => (has_no_file ? never_uploaded : stuck)

/** With what waits for it. */
function endSource({ database, ports }: Core, source: Stuck): Promise<void> {
  return openReservedStore(database, source.organization_id).transaction(async (tx) => {
    if (!(await isStillStuck(tx, 'sources', source.id, day_ms))) return
    if (source.has_no_file) await closeUpload(tx, source.id)
    await failSource(tx, ports, source.id, reasonOf(source))
  })
}

function endAttachment({ database, ports }: Core, attachment: Stuck): Promise<void> {
  return openReservedStore(database, attachment.organization_id).transaction(async (tx) => {
    if (!(await isStillStuck(tx, 'dataset_sources', attachment.id, day_ms))) return
    await failAttachment(tx, ports, attachment.id, reasonOf(attachment))
  })
}

function forgetOldGenerations({ database }: Core): Promise<void> {
  return database.transaction(async (tx) => {
    for (const organization_id of await forgetReplaced(tx, replaced_readable_ms, forgotten_at_once)) {
      addWork(tx, erase_chunks_work, { organization_id, owner: organization_id, subject: organization_id })
    }
  })
}
