// What `parley audit` does: verifies every chain, and writes entries to a file.
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import {
  type Database,
  auditChainsOf,
  exportAudit,
  findAuditHash,
  requireOrganization,
  verifyAudit,
} from '@parley/server'
import { ClientError } from '../client/faults.ts'
import { complain, exit_codes, print, printJson, tell } from '../client/output.ts'
import { withDatabase } from '../database.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Expected, ExportChoice } from './commands.ts'

interface Verify {
  org?: string
  expect?: Expected
}

export function verifyLog({ org, expect }: Verify, around: Surroundings): Promise<void> {
  if (expect && org === undefined) throw new ClientError('--expect needs --org', exit_codes.usage)
  return withDatabase(async (database) => {
    const organization_id = org === undefined ? undefined : (await requireOrganization(database, org)).id
    let faults = 0
    for await (const chain of verifyAudit(database, organization_id)) {
      const { entries, last_sequence, last_hash } = chain
      const name = chain.organization_id ?? 'installation'
      if (around.json) await printJson(around, chain)
      else
        await print(
          around,
          `${name}: ${entries === 1 ? '1 entry' : `${entries} entries`}, the newest is ${last_sequence}:${last_hash}\n`,
        )
      for (const fault of chain.faults) complain(around, `${name}: ${fault}`)
      faults += chain.faults.length
    }
    if (expect && !(await isThere(database, organization_id!, expect))) {
      complain(around, `entry ${expect.sequence} is not the one that was expected`)
      faults += 1
    }
    if (faults > 0) around.exit_code = exit_codes.failed
    else tell(around, 'The audit log is as it was written.')
  })
}

async function isThere(database: Database, organization_id: string, { sequence, hash }: Expected): Promise<boolean> {
  return (await findAuditHash(database, organization_id, sequence)) === hash
}

export function exportLog(
  file: string,
  { org, installation, format }: ExportChoice,
  around: Surroundings,
): Promise<void> {
  return withDatabase(async (database) => {
    const only = org === undefined ? undefined : (await requireOrganization(database, org)).id
    const chains = await auditChainsOf(database, installation ? 'installation' : only)
    const part = `${file}.part`
    const written = createWriteStream(part, { mode: 0o600, flush: true })
    await once(written, 'open')
    for await (const piece of exportAudit(database, chains, format)) {
      if (!written.write(piece)) await once(written, 'drain')
    }
    written.end()
    await once(written, 'close')
    await rename(part, file)
    tell(around, `The entries are in ${file}.`)
  })
}
