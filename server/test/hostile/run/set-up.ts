// The data before a run: a quiet organization with an agent, and a loud one with everything as large as allowed.
import { type Client, createClient } from '@parley/sdk'
import { createOrganization, createTokenForUser, createUser } from '../../../src/access/administration.ts'
import type { PooledDatabase } from '../../../src/database/database.ts'
import { systemPorts } from '../../../src/base/ports.ts'
import { publishAgent } from '../../support/server.ts'
import { type KeyUse, type Target, keyUses } from './target.ts'

export interface Quiet {
  /** Each with a key of its own. */
  clients: [Client, ...Client[]]
  agent_id: string
}

export async function setUp(database: PooledDatabase, url: string): Promise<{ target: Target; quiet: Quiet }> {
  const administration = { database, ports: systemPorts }
  const enter = async (name: string) => {
    const { organization, secret } = await createOrganization(administration, { name })
    // How long a call may take, the driver decides.
    return { id: organization.id, client: createClient({ base_url: url, token: secret, retries: 0, timeout_ms: 0 }) }
  }
  const [quiet, loud] = [await enter('Quiet'), await enter('Loud')]
  const { agent_id } = await publishAgent(quiet.client)
  return {
    quiet: { clients: [quiet.client, ...(await moreClients(quiet.client, url))], agent_id },
    target: { url, organization_id: loud.id, ...(await arm(database, loud)) },
  }
}

const quiet_keys = 8

async function moreClients(client: Client, url: string): Promise<Client[]> {
  const clients: Client[] = []
  while (clients.length < quiet_keys - 1) {
    const { pat_key: token } = await client.createOrganizationKey({ name: 'Another' })
    clients.push(createClient({ base_url: url, token, retries: 0 }))
  }
  return clients
}

type Armed = Omit<Target, 'url' | 'organization_id'>

async function arm(database: PooledDatabase, { id, client }: { id: string; client: Client }): Promise<Armed> {
  const email = 'viewer@example.test'
  const administration = { database, ports: systemPorts }
  await createUser(administration, { email, organization: id, role: 'viewer' })
  const { agent_id } = await publishAgent(client)
  return {
    keys: await mintKeys(client),
    viewer_token: (await createTokenForUser(administration, { email })).secret,
    agent_id,
    versions: await fillVersions(client, agent_id),
    ...(await startConversation(database, client, agent_id)),
    webhook_ids: await makeSilentEndpoints(client),
  }
}

async function mintKeys(client: Client): Promise<Record<KeyUse, string>> {
  const entries: [string, string][] = []
  for (const name of keyUses) entries.push([name, (await client.createOrganizationKey({ name })).pat_key])
  return Object.fromEntries(entries) as Record<KeyUse, string>
}

const lists = 100
const list_length = 500

/** Lists whose comparison must look at every pair of their members. */
async function fillVersions(client: Client, agent_id: string): Promise<[number, number]> {
  const versions: number[] = []
  for (const first of [0, 7]) {
    const table = Array.from({ length: lists }, (_, list) =>
      Array.from({ length: list_length }, (_none, index) => (index * 7919 + list + first) % 1009),
    )
    const { version } = await client.createAgentVersion({
      agent_id,
      config: { instructions: 'Be loud.', table } as object,
    })
    await client.publishAgentVersion({ agent_id, version: String(version) })
    versions.push(version)
  }
  return versions as [number, number]
}

const messages = 2500

/** Its transcript is as long as after months of use: written directly to the database, since the server would take as long. */
async function startConversation(database: PooledDatabase, client: Client, agent_id: string) {
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'loud', agent_id })
  const { id: conversation_id, organization_id } = conversation
  await database.pool.query(
    `insert into transcript_items (conversation_id, position, organization_id, id, type, role, content, interrupted, created_at)
     select $1, n, $2, gen_random_uuid(), 'message', 'assistant', array[repeat('x', 32000)], false, clock_timestamp()
     from generate_series(0, $3::integer - 1) n`,
    [conversation_id, organization_id, messages],
  )
  await database.pool.query(
    'update conversation_progress set next_position = $2, user_turn_count = $2 where conversation_id = $1',
    [conversation_id, messages],
  )
  const { token } = await client.createConversationToken({ conversation_id, permissions: ['read'] })
  return { conversation_id, conversation_token: token }
}

async function makeSilentEndpoints(client: Client): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < 10; index += 1) {
    const url = `https://silent-${index}.example/`
    ids.push((await client.createWebhookEndpoint({ url, events: ['*'] })).id)
  }
  return ids
}
