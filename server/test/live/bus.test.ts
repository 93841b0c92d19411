// Messages between nodes, to the byte: nodes of this version and the previous one understand each other.
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemPorts } from '../../src/base/ports.ts'
import { halt } from '../../src/engine/remote-halt.ts'
import { gone_on } from '../../src/feed/progress.ts'
import { type Bus, openBus } from '../../src/live/bus.ts'
import { followed } from '../../src/live/follows.ts'
import { said } from '../../src/live/relay.ts'
import { changed } from '../../src/live/shared.ts'
import type { Topic } from '../../src/live/topics.ts'
import { work_added } from '../../src/work/add.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'

let base: TestDatabase
let bus: Bus
/** Stands for a node of the previous version. */
let old: pg.Client
const heard: (string | undefined)[] = []

beforeAll(async () => {
  base = await createTestDatabase()
  const { database, connection_string } = base
  const isUp = Promise.withResolvers<void>()
  const onError = isUp.reject
  bus = openBus({ database, connection_string, after: systemPorts.clock.after, onReconnect: isUp.resolve, onError })
  old = new pg.Client({ connectionString: connection_string })
  await old.connect()
  await old.query('listen parley')
  old.on('notification', ({ payload }) => heard.push(payload))
  await isUp.promise
})
afterAll(async () => {
  await bus[Symbol.asyncDispose]()
  await old.end()
  await base[Symbol.asyncDispose]()
})

const soon = { timeout: 40_000, interval: 10 }

const piece = {
  ...{ conversation_id: 'c', turn_id: 't', attempt: 1, kept: 0, saying: 3, offset: 12, text: 'Two words,\n"quoted" é' },
}

interface Message {
  name: string
  topic: Topic<unknown>
  payload: unknown
  bytes: string
}

function message<Payload>(topic: Topic<Payload>, payload: Payload, bytes: string): Message {
  return { name: topic.name, topic, payload, bytes }
}

test.each([
  message(changed, '0199', 'changed 0199'),
  message(halt, '0199', 'halt 0199'),
  message(work_added, 'analyze_conversation', 'work analyze_conversation'),
  message(followed, { node_id: 'n', ids: ['a', 'b'] }, 'follow n a b'),
  message(gone_on, { node_id: 'n', organization_id: 'o', conversation_ids: ['a', 'b'] }, 'progress n o a b'),
  message(
    said,
    piece,
    'said {"conversation_id":"c","turn_id":"t","attempt":1,"kept":0,"saying":3,"offset":12,"text":"Two words,\\n\\"quoted\\" é"}',
  ),
])('$name: the same bytes in both directions', async ({ topic, payload, bytes }) => {
  heard.length = 0
  const received: unknown[] = []
  bus.subscribe(topic, (one) => received.push(one))
  await bus.publish(topic, payload)
  await expect.poll(() => heard, soon).toEqual([bytes])
  await old.query(`select pg_notify('parley', $1)`, [bytes])
  await expect.poll(() => received, soon).toEqual([payload, payload])
})
