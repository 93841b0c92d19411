// Imports conversations: each row completely or not at all, many in one commit where nothing stands in their way.
import { noChange } from '../machine/change.ts'
import type { Channel, Output } from '@parley/contract'
import { maySeeAgent } from '../../calls/access.ts'
import { findImportedVersion, readAgentConfig } from '../../agents/agents.ts'
import { type ResolvedRetention, storedRuleFaults } from '../../agents/rules/retention.ts'
import type { Context, Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { isUnstorable } from '../../database/failures.ts'
import type { TransactionStore } from '../../database/store.ts'
import { type FieldFault, limitFaults } from '../../base/faults.ts'
import { uuidOf } from '../../idempotency/namespace.ts'
import { closeImported, insertConversation, insertHistory, isIdTaken, wasBornWith } from '../commit/new.ts'
import { stateAtBirth } from '../machine/decisions.ts'
import { planHistory, planOf } from '../machine/plan.ts'
import { redactEnd } from '../machine/redaction.ts'
import { type PreparedImport, fingerprintOf, prepareImport } from '../machine/import-row.ts'
import { type KnownVersions, type RowWrite, importTogether } from './import-together.ts'
import { findConversation } from '../read/conversation.ts'
import { exportOne } from '../read/export.ts'

type RowOutcome = 'created' | 'unchanged' | FieldFault[]
type Answer = Output<'importConversations'>

/** For all faults of an answer except the first of each row, as JSON. */
const max_told_bytes = 262_144
/** What is stored of an item is measured with more around it than its row has. */
const stored_of_sent = 4

export const importConversations: Handler<'importConversations', Conversations> = async (ctx, input) => {
  const answer: Answer = { created: 0, unchanged: 0, errors: [] }
  const created = new Set<string>()
  const room = { bytes: max_told_bytes }
  const together = await importTogether(ctx, input.conversations, (tx, row, fingerprint, versions) =>
    prepareWrite(ctx, tx, row, fingerprint, versions),
  )
  for (const [index, row] of input.conversations.entries()) {
    // There may be many rows, each slow to check.
    if (!together.has(index)) await ctx.core.pieces.begin(ctx.store.organization_id)
    const outcome = together.has(index) ? 'created' : await importRow(ctx, row).catch(faultOfUnstorable)
    const id = idOf(row)
    if (typeof outcome !== 'string') {
      answer.errors.push(...limitFaults(outcome, room).map((fault) => ({ index, id, ...fault })))
    } else if (outcome === 'unchanged') answer.unchanged += 1
    else created.add(id!.toLowerCase())
    // A row repeated within one call counts as created by this call.
    if (outcome === 'created' && created.size === answer.created) answer.unchanged += 1
    answer.created = created.size
  }
  if (answer.created > 0) ctx.room.watcher.changed(ctx.store.organization_id)
  return ctx.key ? ctx.key.settle(answer) : answer
}

/** A row that the database cannot store must not affect the others. */
function faultOfUnstorable(error: unknown): FieldFault[] {
  if (!isUnstorable(error)) throw error
  return [{ path: '', message: 'contains a value that cannot be stored' }]
}

function idOf(row: unknown): string | null {
  const id = typeof row === 'object' && row !== null && 'id' in row ? row.id : null
  return typeof id === 'string' ? id.slice(0, 64) : null
}

interface SentRow {
  row: unknown
  id: string
  fingerprint: Buffer
}

async function importRow(ctx: Context<Conversations>, row: unknown): Promise<RowOutcome> {
  const { ports, config } = ctx.core
  const prepared = prepareImport(row, { limits: config.limits, newId: ports.newId })
  if ('faults' in prepared) return prepared.faults
  const fingerprint = fingerprintOf(row)
  const sent = { row, id: prepared.source.id, fingerprint }
  const earlier = await compareWithEarlier(ctx, sent)
  if (earlier) return earlier
  if (!maySeeAgent(ctx.access, prepared.source.agent_id ?? null)) {
    return [{ path: 'agent_id', message: 'is not an agent that this credential may use' }]
  }
  const outcome = await ctx.store.transaction((tx) => writeRow(ctx, tx, prepared, fingerprint))
  return outcome === 'taken' ? (await compareWithEarlier(ctx, sent))! : outcome
}

/** Null if the id is free. The same content as sent is unchanged; any other use of the id is an error. */
async function compareWithEarlier(ctx: Context<Conversations>, sent: SentRow): Promise<RowOutcome | null> {
  const { id, fingerprint } = sent
  const find = () => findConversation(ctx.store, id)
  const found = await find()
  const isTaken = found !== null || (await isIdTaken(ctx.store, id))
  if (!isTaken) return null
  // It may have been committed between the two looks.
  const record = found ?? (await find())
  const isSeen = record !== null && maySeeAgent(ctx.access, record.agent_id)
  const isSame = isSeen && (record.content_fingerprint?.equals(fingerprint) || (await isAsExported(ctx, sent)))
  if (isSame) return (await wasCreatedByThisCall(ctx, id)) ? 'created' : 'unchanged'
  return [{ path: 'id', message: 'is already used by a conversation with different content' }]
}

/** A row that was exported from here, also of a conversation that was never imported. */
async function isAsExported({ store }: Context<Conversations>, { row, id, fingerprint }: SentRow): Promise<boolean> {
  // Many times longer than its own text it is not, so a small row does not make a large conversation be read.
  const max_bytes = stored_of_sent * Buffer.byteLength(JSON.stringify(row))
  const exported = await exportOne(store, id, max_bytes)
  return exported !== null && fingerprintOf(exported).equals(fingerprint)
}

/** A call with a key that broke off and is repeated, or runs on another node too, still owns the conversations that it created. */
async function wasCreatedByThisCall(ctx: Context<Conversations>, id: string): Promise<boolean> {
  return ctx.key !== null && wasBornWith(ctx.store, id, birthOf(ctx, id))
}

/**
 * The id of the first event. It is derived from the idempotency key, if there is one, and so identifies the call that created
 * the conversation.
 */
function birthOf({ key, core }: Context, id: string): string {
  if (key === null) return core.ports.newId()
  const { namespace, key: name, fingerprint } = key.request
  return uuidOf(`import of ${id} with ${namespace} ${fingerprint.toString('hex')} ${name}`)
}

async function writeRow(
  ctx: Context<Conversations>,
  tx: TransactionStore,
  prepared: PreparedImport,
  content_fingerprint: Buffer,
): Promise<RowOutcome | 'taken'> {
  const write = await prepareWrite(ctx, tx, prepared, content_fingerprint)
  if (Array.isArray(write)) return write
  const created_at = await insertConversation(tx, write.row, prepared.source.created_at)
  if (created_at === null) return 'taken'
  const { plan, beginning } = write.historyAt(created_at)
  await insertHistory(tx, ctx.room.commits, plan, beginning)
  if (write.end) await closeImported(tx, write.row.id, write.end)
  return 'created'
}

/** Many rows of a call name the same version. */
async function findVersion(
  tx: TransactionStore,
  { agent_id = null, agent_version_id = null }: PreparedImport['source'],
  known: KnownVersions,
): Promise<string | null> {
  if (agent_id === null && agent_version_id === null) return null
  const name = `${agent_id} ${agent_version_id}`
  const version = known.get(name) ?? (await findImportedVersion(tx, agent_id, agent_version_id))
  known.set(name, version)
  return version
}

/** What is written of a row; or its faults, which only the agent's version can tell. */
async function prepareWrite(
  ctx: Context<Conversations>,
  tx: TransactionStore,
  { conversation, items, end, progress, source, takes_messages }: PreparedImport,
  content_fingerprint: Buffer,
  versions: KnownVersions = new Map(),
): Promise<RowWrite | FieldFault[]> {
  const version = await findVersion(tx, source, versions)
  if (takes_messages && version === null) {
    return [
      {
        path: 'agent_version_id',
        message: 'must be a published version of this organization, since the conversation is active',
      },
    ]
  }
  const retention = await retentionOf(ctx, tx, version, conversation.channel)
  const [fault] = storedRuleFaults(retention)
  if (fault) {
    const message = `has a redaction rule that cannot be used (${fault.path} ${fault.message}); publish a corrected version`
    return [{ path: 'agent_version_id', message }]
  }
  const row = {
    ...conversation,
    ...retention,
    // An ended one is created as active, gets its items and is closed, all in this transaction.
    status: end ? ('in_progress' as const) : conversation.status,
    agent_version_id: version ?? source.agent_version_id ?? null,
    content_fingerprint,
  }
  return {
    row,
    end: end && redactEnd(end, row.redaction),
    historyAt(created_at) {
      const state = stateAtBirth(row, { organization_id: tx.organization_id, created_at })
      const data = { channel: row.channel, web_widget_id: row.web_widget_id, imported: true }
      const plan = planOf(state, { ...noChange, events: [{ type: 'conversation.created' as const, data }] })
      return { plan, beginning: { items: planHistory(state, items), progress, first_event_id: birthOf(ctx, row.id) } }
    },
  }
}

/** As for a conversation that begins here with this version. */
async function retentionOf(
  { core }: Context<Conversations>,
  tx: TransactionStore,
  version: string | null,
  channel: Channel,
): Promise<ResolvedRetention> {
  if (version === null) return { redaction: null, content_days: null }
  return (await readAgentConfig(tx, version, channel, core.config.default_model)).retention
}
