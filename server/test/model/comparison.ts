// Compares what a caller can see with the model, and checks what the database must hold of a conversation that is over.
import assert from 'node:assert/strict'
import type { Conversation, TranscriptItem, Turn } from '@parley/contract'
import { sql } from '../support/sql.ts'
import type { Database } from '../../src/database/database.ts'
import type { Answer, ConversationModel, ModelItem } from './conversation-model.ts'
import type { ModelCall } from './held-model.ts'
import type { ToolRequest } from './held-tools.ts'

export interface RawAnswer {
  status: number
  body: Record<string, unknown>
  is_replay: boolean
}

export function compareAnswer(
  { status, body }: RawAnswer,
  expected: Answer,
  { conversation_id, turn_ids }: { conversation_id: string; turn_ids: string[] },
): void {
  if ('reply' in expected) {
    const { tool_calls, handled_by: _always, ...said } = body
    const reply = { conversation_id, reply: expected.reply, turn_id: turn_ids[expected.turn] }
    assert.deepEqual({ status, body: said }, { status: 200, body: reply })
    assert.deepEqual((tool_calls as SeenCall[]).map(describeCall), expected.tool_calls)
  } else if ('end' in expected) {
    const { duration } = body
    const record = { conversation_id, status: 'completed', duration, summary: null }
    assert.deepEqual({ status, body }, { status: 200, body: record })
    assert.equal(typeof duration, 'number')
  } else {
    const { code, turn, running_turn } = expected
    assert.deepEqual(
      { status, code: body['code'], turn_id: body['turn_id'], running: body['running_turn_id'] },
      {
        status: expected.status,
        code,
        turn_id: turn === undefined ? undefined : turn_ids[turn],
        running: running_turn === undefined ? undefined : turn_ids[running_turn],
      },
    )
  }
}

interface SeenCall {
  name: string
  arguments: { call: string }
  output: unknown
  is_error: boolean
}

function describeCall({ name, arguments: { call }, output, is_error }: SeenCall) {
  return { call, tool: name, word: wordOf({ output, is_error }) }
}

/** Null for an error, whatever its text. */
function wordOf({ output, is_error }: { output?: unknown; is_error?: boolean }): unknown {
  return is_error ? null : (output as { body: { word: string } }).body.word
}

export function compareConversation(conversation: Conversation, turns: Turn[], model: ConversationModel): void {
  const items = conversation.conversation!.items
  const turn_ids = turns.map(({ turn_id }) => turn_id)
  const calls = new Map(items.map((item) => [item.type === 'function_call' ? item.call_id : '', callOf(item)]))
  const describeItem = (item: TranscriptItem): ModelItem & { position: number } => {
    const { position } = item
    const turn = turn_ids.indexOf(item.turn_id!)
    switch (item.type) {
      case 'message': {
        const { role, content, interrupted } = item
        return {
          type: 'message',
          role: role as 'user',
          text: content!.join(''),
          interrupted: interrupted!,
          turn,
          position,
        }
      }
      case 'function_call':
        return { type: 'function_call', call: callOf(item)!, tool: item.name as 'once', turn, position }
      case 'function_call_output':
        return {
          type: 'function_call_output',
          call: calls.get(item.call_id)!,
          word: wordOf(item) as string,
          turn,
          position,
        }
      case 'widget':
        throw new Error('only conversation tokens see widgets')
    }
  }
  const seen = {
    status: conversation.status,
    user_turn_count: conversation.user_turn_count,
    end_reason: conversation.end_reason,
    said: conversation.ended_by?.reason ?? null,
    items: items.map(describeItem),
    turns: turns.map(({ status, outcome, attempts, steps, user_message_ids }) => {
      return {
        status,
        outcome,
        attempts,
        steps,
        messages: user_message_ids.map((id) => items.findIndex((item) => item.id === id)),
      }
    }),
    rules: turns.map(({ concurrency }) => concurrency),
  }
  const messagesOf = (turn: number) =>
    model.items.flatMap((item, index) =>
      item.type === 'message' && item.role === 'user' && item.turn === model.turns[turn]!.messages_of ? [index] : [],
    )
  assert.deepEqual(seen, {
    status: model.status,
    user_turn_count: model.items.filter((item) => item.type === 'message' && item.role === 'user').length,
    end_reason: model.status === 'completed' ? 'ended_by_caller' : null,
    said: model.end_reason,
    items: model.items.map((item, position) => ({ ...item, position })),
    turns: model.turns.map(({ status, outcome, attempts, steps }, turn) => {
      return { status, outcome, attempts, steps: steps + (outcome === 'reply' ? 1 : 0), messages: messagesOf(turn) }
    }),
    rules: model.turns.map(({ rule }, turn) => rule ?? seen.rules[turn]),
  })
}

function callOf(item: TranscriptItem): string | undefined {
  return item.type === 'function_call' ? (item.arguments as { call: string }).call : undefined
}

/** T8: however often and by whichever node a call is carried out, its server sees one key. */
export function compareRequests(requests: ToolRequest[], items: TranscriptItem[]): void {
  const ids = new Map(items.map((item) => [callOf(item), item.type === 'function_call' ? item.call_id : undefined]))
  for (const { call, key } of requests) assert.equal(key, ids.get(call))
}

/** The model is called with the messages of its turn, and sees each result that they have led to, even in failed tries. */
export function compareModelCall({ asked, results }: ModelCall, model: ConversationModel): void {
  const turn = model.turns.indexOf(model.running!)
  const wanted = model.messagesOf(turn)
  assert.deepEqual(asked.slice(-wanted.length), wanted)
  const messagesOf = (of: number) => model.turns[of]!.messages_of
  const had = model.items.filter(
    (item) => item.type === 'function_call_output' && messagesOf(item.turn) === messagesOf(turn),
  )
  assert.equal(results, had.length)
}

export async function checkStored(database: Database, conversation_id: string): Promise<void> {
  const turns = sql`turns where conversation_id = ${conversation_id}`
  const items = sql`transcript_items where conversation_id = ${conversation_id}`
  const events = sql`events where conversation_id = ${conversation_id}`
  const rows = await database.execute(sql<Record<string, number>>`select
    (select count(*) from ${turns} and outcome is null) as open_turns,
    (select count(*) from ${turns} and (select count(*) from transcript_items i where i.turn_id = turns.id
      and i.role = 'assistant' and not i.interrupted) > steps) as turns_with_more_messages_than_steps,
    (select count(*) from ${events} and type = 'conversation.ended') as ends,
    (select count(*) from ${events} and type = 'message.created')
      - (select count(*) from ${items} and type = 'message') as messages_without_event,
    (select count(*) from ${events} and type = 'tool_call.completed')
      - (select count(distinct call_id) from ${items} and type = 'function_call_output') as results_without_event,
    (select count(*) from ${items} and type = 'function_call')
      - (select count(*) from ${items} and type = 'function_call_output') as calls_without_result,
    (select count(*) from ${events} and type in ('turn.completed', 'turn.failed', 'turn.cancelled'))
      - (select count(*) from ${turns}) as turns_without_end,
    (select max(sequence) - count(*) from ${events}) as holes`)
  assert.deepEqual(rows[0], {
    open_turns: 0,
    turns_with_more_messages_than_steps: 0,
    ends: 1,
    messages_without_event: 0,
    results_without_event: 0,
    calls_without_result: 0,
    turns_without_end: 0,
    holes: 0,
  })
}
