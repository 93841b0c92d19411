// The minimum for a durable turn: `node:http`, prepared statements over `pg`, and one model call over `undici`. No validation,
// events, leases or retries. Any cost beyond this is the server's own.
import { createHash } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import pg from 'pg'
import { Pool as ModelPool } from 'undici'
import { announce } from './programs.ts'

const [database_url, model_url, token, conversations] = process.argv.slice(2) as [string, string, string, string]
const hashOf = (text: string) => createHash('sha256').update(text).digest()
const database = new pg.Pool({ connectionString: database_url, max: 10 })
const model = new ModelPool(model_url, { connections: 128 })

await database.query(`
  create table base_tokens (hash bytea primary key, organization_id uuid not null);
  create table base_conversations (id integer primary key, organization_id uuid not null, next_position integer not null);
  create table base_items (conversation_id integer not null references base_conversations, position integer not null,
    role text not null, text text not null, created_at timestamptz not null default now(), primary key (conversation_id, position))`)
await database.query('insert into base_tokens values ($1, gen_random_uuid())', [hashOf(token)])
await database.query(
  'insert into base_conversations select n, organization_id, 0 from generate_series(0, $1::integer - 1) n, base_tokens',
  [conversations],
)

const findToken = { name: 'find_token', text: 'select organization_id from base_tokens where hash = $1' }
const lock = {
  name: 'lock',
  text: 'select next_position from base_conversations where id = $1 and organization_id = $2 for update',
}
const store = {
  name: 'store',
  text: `with item as (insert into base_items (conversation_id, position, role, text) values ($1, $2, $3, $4))
         update base_conversations set next_position = $2 + 1 where id = $1`,
}
const history = {
  name: 'history',
  text: 'select role, text from base_items where conversation_id = $1 order by position desc limit 20',
}

interface Item {
  role: string
  text: string
}

async function storeItem(id: number, organization_id: string, { role, text }: Item): Promise<number> {
  const client = await database.connect()
  try {
    await client.query('begin')
    const { rows } = await client.query(lock, [id, organization_id])
    const position = (rows[0] as { next_position: number }).next_position
    await client.query(store, [id, position, role, text])
    await client.query('commit')
    return position
  } finally {
    client.release()
  }
}

async function askModel(items: Item[]): Promise<string> {
  const messages = items.toReversed().map(({ role, text }) => ({ role, content: text }))
  const { body } = await model.request({
    method: 'POST',
    path: '/wait/0/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'stub', messages }),
  })
  const answer = (await body.json()) as { choices: [{ message: { content: string } }] }
  return answer.choices[0].message.content
}

async function takeTurn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = Number(/^\/conversations\/(\d+)\/messages$/.exec(request.url!)![1])
  const hash = hashOf(request.headers.authorization!.slice('Bearer '.length))
  const { rows } = await database.query(findToken, [hash])
  if (!rows[0]) return void response.writeHead(401).end()
  const { organization_id } = rows[0] as { organization_id: string }
  const { text } = JSON.parse(await readText(request)) as { text: string }
  await storeItem(id, organization_id, { role: 'user', text })
  const { rows: items } = await database.query(history, [id])
  const reply = await askModel(items as Item[])
  const position = await storeItem(id, organization_id, { role: 'assistant', text: reply })
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ conversation_id: id, position, reply }))
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string
  return text
}

const server = createServer((request, response) => {
  takeTurn(request, response).catch((error: unknown) => response.destroy(error as Error))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', 4096, () => announce(server))
