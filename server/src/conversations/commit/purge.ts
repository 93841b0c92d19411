// Purges the content of a conversation some days after its end, as its agent's version says. One commit says so and empties its
// row; from then on nobody is shown the rest, which goes in bounded parts. Its row, turns and counts stay.
import { statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { forgetAnswers } from '../../idempotency/run-once.ts'
import { addWork } from '../../work/add.ts'
import type { WorkKey } from '../../work/port.ts'
import { noChange } from '../machine/change.ts'
import { planOf } from '../machine/plan.ts'
import { lockWithin } from './commit.ts'
import type { Committer } from './committer.ts'
import { writeChanges } from './write-changes.ts'

/** The name of the work, which a trigger adds when a conversation ends (024-retention.sql). */
export const purge_work = 'purge_content'
/** Of another name, since a server of an earlier version takes what is purged in part for done. */
export const removal_work = 'remove_purged_content'

const dueStatement = statement(
  'find_purge',
  `select ended_at + content_days * interval '24 hours' <= clock_timestamp() as is_due,
          ended_at + content_days * interval '24 hours' as due_at
   from conversations
   where id = $1 and organization_id = $2 and deleted_at is null and content_purged_at is null
     and ended_at is not null and content_days is not null`,
)

/** Null: there is nothing to purge, now or later. */
export async function findPurge(store: Store, id: string): Promise<{ is_due: boolean; due_at: string } | null> {
  const [row] = await store.query<{ is_due: boolean; due_at: string }>(dueStatement, [id, store.organization_id])
  return row ?? null
}

/** Rows of each table that one commit removes. */
const part_size = 1000

// The oldest first: readers of the log expect a gap only before its first event. No `in` with a limit: where the planner expects few rows,
// it would read the part again for each of them.
const partStatement = statement(
  'purge_part',
  `with items as (
     delete from transcript_items where conversation_id = $1 and organization_id = $2 and position <= (select max(position) from
       (select position from transcript_items where conversation_id = $1 and organization_id = $2 order by position limit $3) part)
     returning 1
   ), log as (
     delete from events where conversation_id = $1 and organization_id = $2 and sequence <= (select max(sequence) from
       (select sequence from events where conversation_id = $1 and organization_id = $2 and sequence < $4
        order by sequence limit $3) part)
     returning 1
   ), found as (
     delete from retrievals where conversation_id = $1 and organization_id = $2 and ctid = any(array(
       select ctid from retrievals where conversation_id = $1 and organization_id = $2 limit $3))
     returning 1
   ), searched as (
     delete from dataset_retrievals where conversation_id = $1 and organization_id = $2 and ctid = any(array(
       select ctid from dataset_retrievals where conversation_id = $1 and organization_id = $2 limit $3))
     returning 1
   ), sent as (
     delete from client_messages where conversation_id = $1 and organization_id = $2 and ctid = any(array(
       select ctid from client_messages where conversation_id = $1 and organization_id = $2 limit $3))
     returning 1
   ), answered as (
     delete from answered_widgets where conversation_id = $1 and organization_id = $2 and ctid = any(array(
       select ctid from answered_widgets where conversation_id = $1 and organization_id = $2 limit $3))
     returning 1
   )
   select greatest((select count(*) from items), (select count(*) from log), (select count(*) from found),
                   (select count(*) from searched), (select count(*) from sent),
                   (select count(*) from answered)) as count`,
)

/** Returns whether there may be more. An ended conversation takes no items, so this ends. */
export async function purgePart(tx: TransactionStore, id: string, purged_before: number): Promise<boolean> {
  const values = [id, tx.organization_id, part_size, purged_before]
  const [row] = await tx.query<{ count: number }>(partStatement, values)
  return row!.count >= part_size
}

const emptyStatements = [
  statement('purge_analyses', 'delete from earlier_analyses where conversation_id = $1 and organization_id = $2'),
  statement(
    'purge_turns',
    'update turns set error = null where conversation_id = $1 and organization_id = $2 and error is not null',
  ),
]

// A run of the analysis that is in progress writes nothing any more.
const purgeStatement = statement(
  'purge_conversation',
  `update conversations set content_purged_at = clock_timestamp(), purged_before = $3, to_address = null, from_address = null,
          subject = null, initial_context = null, custom_metadata = '{}', recording_details = null, summary = null, analysis = null,
          analysis_status = case when analysis_status in ('queued', 'running') then 'skipped' else analysis_status end,
          analysis_reason = case when analysis_status in ('queued', 'running') then 'The content was purged.'
            when analysis_status = 'skipped' then analysis_reason end,
          analysis_due_at = null, ended_by = ended_by || '{"reason": null}'
   where id = $1 and organization_id = $2
   returning content_purged_at`,
)

/** In the commit that ends the work; it removes the first part, and adds work if there is more. */
export async function beginPurge(tx: TransactionStore, committer: Committer, work: WorkKey): Promise<void> {
  const id = work.subject
  await lockWithin(tx, committer.ports, { change: 'purge', id }, async (_tx, state) => {
    if (state.content_purged_at !== null) return
    const purged_before = state.next_sequence
    for (const empty of emptyStatements) await tx.query(empty, [id, tx.organization_id])
    for (const purge of committer.purgers) await purge(tx, id)
    await forgetAnswers(tx, id)
    const values = [id, tx.organization_id, purged_before]
    const [purged] = await tx.query<{ content_purged_at: string }>(purgeStatement, values)
    const data = { custom_metadata: {}, content_purged_at: purged!.content_purged_at }
    writeChanges({ tx, ...committer }, [
      planOf(state, { ...noChange, events: [{ type: 'conversation.updated', data }] }),
    ])
    if (await purgePart(tx, id, purged_before)) addWork(tx, removal_work, work)
  })
}

const removalStatement = statement(
  'find_removal',
  `select purged_before from conversations
   where id = $1 and organization_id = $2 and deleted_at is null and purged_before is not null`,
)

/** The number before which events are purged. Null: there is nothing to remove. */
export async function findRemoval(store: Store, id: string): Promise<number | null> {
  const [row] = await store.query<{ purged_before: number }>(removalStatement, [id, store.organization_id])
  return row?.purged_before ?? null
}
