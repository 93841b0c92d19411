// Copies of definitions that executions keep to their end (W11): inline ones, and drafts that are tested. Equal ones are stored once.
import { createHash } from 'node:crypto'
import { type JsonObject, canonicalJson } from '../../base/json.ts'
import { statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'

const storeStatement = statement(
  'store_definition',
  `insert into workflow_definitions (organization_id, digest, definition) values ($1, decode($2, 'hex'), $3::json) on conflict do nothing`,
)

export function digestOf(definition: JsonObject): string {
  return createHash('sha256').update(canonicalJson(definition)).digest('hex')
}

/** In the commit of the execution, before its row. */
export function storeDefinition(tx: TransactionStore, definition: JsonObject): void {
  tx.send(storeStatement, [tx.organization_id, digestOf(definition), canonicalJson(definition)])
}

const readStatement = statement(
  'read_definition',
  `select definition from workflow_definitions where organization_id = $1 and digest = decode($2, 'hex')`,
)

/** Null: no execution has it any more. */
export async function readDefinition(store: Store, digest: string): Promise<JsonObject | null> {
  const [row] = await store.query<{ definition: JsonObject }>(readStatement, [store.organization_id, digest])
  return row?.definition ?? null
}
