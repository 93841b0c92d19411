// Jobs left by servers from before leased work: moved by the migration, or taken over when they are overdue.
import { randomUUID } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import pg from 'pg'
import { openDatabase } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { publishAgent, startTestServer } from '../support/server.ts'

const soon = { timeout: 40_000, interval: 20 }

test('overdue jobs that such a server has queued or lost are done', async () => {
  await using server = await startTestServer()
  const { client, database } = server
  const query = (text: string, values: unknown[]) => database.pool.query(text, values)
  const { agent_id } = await publishAgent(client, { analysis: {} })
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const conversation_id = conversation.id
  await client.sendConversationMessage({ conversation_id, text: 'Hello' })
  server.model.answer = () => 'The first.'
  await client.endConversation({ conversation_id, prefer: 'wait=30' })
  const held = holdAnswer()
  server.model.answer = () => held
  const draft = { agent_id, version: '2' }
  await client.createAgentVersion({ agent_id, config: {}, instruction_builder_inputs: { business: 'Tea' } })
  await client.generateAgentInstructions(draft)
  await held.asked
  const left = async () => (await query('select subject from work where organization_id is not null', [])).rowCount
  // As such a server leaves them: a time, and no row of work.
  await query(`update instruction_generations set due_at = now() - interval '1 second', status = 'queued'`, [])
  await query(
    `update conversations set analysis_status = 'running', analysis_run = 2, analysis_due_at = now() - interval '1 second'
     where id = $1`,
    [conversation_id],
  )
  await query('delete from work where organization_id is not null', [])
  server.model.answer = ({ messages }) => (messages.at(-1)!.content.includes('Tea') ? 'You sell tea.' : 'The second.')
  held.say('Of a server that is gone.')
  held.finish()
  await query(`update work set ready = true where kind = 'adopt_jobs'`, [])
  const summary = async () => (await client.getConversation({ conversation_id })).summary
  const instructions = async () => (await client.getAgentVersion(draft)).config['instructions']
  await expect.poll(summary, soon).toBe('The second.')
  await expect.poll(instructions, soon).toBe('You sell tea.')
  await expect.poll(left, soon).toBe(0)
  // It is no longer due for such a server.
  const { rows } = await query('select id from conversations where analysis_due_at is not null', [])
  expect(rows).toEqual([])
})

test('an old queue: jobs that were not started are taken over, started ones are left to their servers', async () => {
  const server = new pg.Client({ connectionString: inject('postgres_url') })
  await server.connect()
  const name = `parley_test_${randomUUID().replaceAll('-', '')}`
  await server.query(`create database ${name}`)
  const connection_string = inject('postgres_url').replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
  const database = openDatabase({
    connection_string,
    max_connections: 2,
    statement_timeout_ms: 30_000,
    onError: () => {},
  })
  try {
    // As much of that queue as the migration touches.
    await database.pool.query(`
      create schema graphile_worker;
      create table graphile_worker.jobs (
        id bigint generated always as identity, task_identifier text, payload json, locked_at timestamptz);
      create function graphile_worker.complete_jobs(job_ids bigint[]) returns setof graphile_worker.jobs language sql as
        'delete from graphile_worker.jobs where id = any(job_ids) and locked_at is null returning *';
      insert into graphile_worker.jobs (task_identifier, payload, locked_at) values
        ('analyze_conversation', '{"conversation_id": "${randomUUID()}"}', null),
        ('analyze_conversation', '{"conversation_id": "${randomUUID()}"}', now()),
        ('generate_instructions', '{"generation_id": "${randomUUID()}"}', null),
        ('tend_changes', '{}', null)`)
    await migrate(database)
    const { rows } = await database.pool.query('select task_identifier as kind from graphile_worker.jobs order by id')
    expect(rows.map(({ kind }) => kind)).toEqual(['analyze_conversation', 'tend_changes'])
  } finally {
    await database.pool.end()
    await server.query(`drop database ${name}`)
    await server.end()
  }
})
