// Nodes that cannot do what they are asked: with small limits, without their database, and stopping.
import { connect } from 'node:net'
import { openRawClient } from '../../hostile/raw-client.ts'
import { until } from '../../support/event-readers.ts'
import { startPostgresProxy } from '../../support/postgres-proxy.ts'
import { holdAnswer } from '../../support/scripted-model.ts'
import type { Recorder } from '../recorder.ts'
import { makeAgent, type Walk } from '../world.ts'
import { begin, script } from './messages.ts'
import { tellBytes } from './requests.ts'

export async function walkNodes(walk: Walk): Promise<void> {
  const agent_id = await makeAgent(walk)
  await withLittleRoom(walk, agent_id)
  await withoutDatabase(walk, agent_id)
  await told(walk, agent_id)
}

function at(walk: Walk, url: string): Recorder {
  walk.name(new URL(url).host, '<server>')
  return walk.at(url)
}

async function withLittleRoom(walk: Walk, agent_id: string): Promise<void> {
  const params = await begin(walk, agent_id)
  await using node = await walk.world.server.startAnother({
    PARLEY_RATE_LIMIT_PER_MINUTE: '1',
    PARLEY_RATE_LIMIT_OF_ADDRESS_PER_MINUTE: '1',
    PARLEY_LIMIT_EVENT_STREAMS_OF_CREDENTIAL: '0',
  })
  using there = at(walk, node.url)
  await there.call('listAgents', 'the last one within the limit', { query: 'limit=1' })
  await there.call('listAgents', 'one too many', { query: 'limit=1' })
  await there.call('getSignInSession', 'the last one within the limit', { as: null })
  await there.call('getSignInSession', 'one too many', { as: null })
  const { pat_key: as } = (await walk.prepare('createOrganizationKey', { body: { name: 'Fresh' } })).json
  await there.call('streamConversationEvents', 'when too many are open', { params, as })
}

async function withoutDatabase(walk: Walk, agent_id: string): Promise<void> {
  const { server } = walk.world
  const params = await begin(walk, agent_id)
  await using proxy = await startPostgresProxy(server.connection_string)
  await using node = await server.startAnother(
    {},
    { ports: { clock: walk.world.clock }, connectThrough: proxy.through },
  )
  using there = at(walk, node.url)
  const fault = proxy.atCommit({ of: /insert into turns\b/i, when: 'before', how: 'reset', for_good: true })
  const headers = { 'idempotency-key': 'unknown-1' }
  const message = { params, headers, body: { text: 'Hello?' } }
  const answer = there.open('sendConversationMessage', 'whose commit is lost with the database', message)
  await fault.hit
  await there.call('getReadiness', 'without a database', { as: null })
  await there.call('getHealth', 'without a database', { as: null })
  await there.call('listAgents', 'without a database')
  const over = answer.ended.then(() => true)
  // Each lets some time pass.
  while (!(await Promise.race([over, walk.prepare('getHealth', { as: null }).then(() => false)])));
  fault.release()
}

async function told(walk: Walk, agent_id: string): Promise<void> {
  const params = await begin(walk, agent_id)
  const node = await walk.world.server.startAnother({ PARLEY_DRAIN_SECONDS: '600' })
  using there = at(walk, node.url)
  const held = holdAnswer()
  script(walk, held)
  const answer = there.open('sendConversationMessage', 'while its node is told to stop', {
    params,
    body: { text: 'Hi' },
  })
  await held.asked
  const client = await openRawClient(node.url, 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
  await client.sees(/"\}$/)
  const before = client.text.length
  // Half of a request has arrived: the connection is not idle, and stays open.
  client.socket.write('GET /readyz HTTP/1.1\r\nhost: x\r\n')
  await there.prepare('getHealth', { as: null })
  const stopped = node[Symbol.asyncDispose]()
  await until(() => isRefused(node.url))
  client.socket.write('\r\n')
  await client.takeAll()
  tellBytes(walk, 'getReadiness: of a node that is told to stop', client.text.slice(before))
  held.say('Until the end.')
  held.finish()
  await answer.ended
  await stopped
}

/** Whether nothing listens any more. */
function isRefused(url: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('connect', () => resolve(false)).on('error', () => resolve(true))
  return promise.finally(() => socket.destroy())
}
