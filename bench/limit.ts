// The minimum for durable conversations: `node:http`, prepared statements over `pg`, one model call over `undici`. A message and a
// reply are a statement each, which commits. No validation, events, leases or retries. Any cost beyond this is the server's own.
import { createHash } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import pg from 'pg'
import { type Dispatcher, Pool as ModelPool } from 'undici'
import { announce } from './programs.ts'

const [database_url, model_url, token, mode] = process.argv.slice(2) as [string, string, string, 'whole' | 'streamed']
const hashOf = (text: string) => createHash('sha256').update(text).digest()
const database = new pg.Pool({ connectionString: database_url, max: 10 })
const model = new ModelPool(new URL(model_url).origin, { connections: 1024 })
const model_path = `${new URL(model_url).pathname}/chat/completions`

await database.query(`
  create table if not exists limit_tokens (hash bytea primary key, organization_id uuid not null);
  create table if not exists limit_conversations (id uuid primary key default gen_random_uuid(), organization_id uuid not null,
    user_id text not null, next_position integer not null default 0, created_at timestamptz not null default now());
  create table if not exists limit_items (conversation_id uuid not null references limit_conversations, position integer not null,
    role text not null, text text not null, created_at timestamptz not null default now(), primary key (conversation_id, position))`)
await database.query('insert into limit_tokens values ($1, gen_random_uuid()) on conflict do nothing', [hashOf(token)])

const findToken = { name: 'find_token', text: 'select organization_id from limit_tokens where hash = $1' }
const create = {
  name: 'create',
  text: 'insert into limit_conversations (organization_id, user_id) values ($1, $2) returning id, created_at',
}
const store = {
  name: 'store',
  text: `with conversation as (update limit_conversations set next_position = next_position + 1
           where id = $1 and organization_id = $2 returning id, next_position - 1 as position)
         insert into limit_items (conversation_id, position, role, text) select id, position, $3, $4 from conversation
         returning position`,
}
const history = {
  name: 'history',
  text: 'select role, text from limit_items where conversation_id = $1 order by position desc limit 20',
}

interface Item {
  role: string
  text: string
}

async function storeItem(id: string, organization_id: string, { role, text }: Item): Promise<number> {
  const { rows } = await database.query(store, [id, organization_id, role, text])
  return (rows[0] as { position: number }).position
}

async function askModel(items: Item[]): Promise<string> {
  const messages = items.toReversed().map(({ role, text }) => ({ role, content: text }))
  const stream = mode === 'streamed'
  const { body } = await model.request({
    method: 'POST',
    path: model_path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'stub', messages, stream }),
  })
  if (stream) return readPieces(body)
  const answer = (await body.json()) as { choices: [{ message: { content: string } }] }
  return answer.choices[0].message.content
}

/** Reads each piece as it arrives, as a server has to that could show it. */
async function readPieces(body: Dispatcher.ResponseData['body']): Promise<string> {
  let reply = ''
  let rest = ''
  for await (const bytes of body) {
    const events = (rest + (bytes as Buffer).toString()).split('\n\n')
    rest = events.pop()!
    for (const event of events) {
      const data = event.slice('data: '.length)
      if (data === '[DONE]') continue
      const piece = JSON.parse(data) as { choices: [{ delta: { content?: string } }] }
      reply += piece.choices[0].delta.content ?? ''
    }
  }
  return reply
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const hash = hashOf(request.headers.authorization!.slice('Bearer '.length))
  const { rows } = await database.query(findToken, [hash])
  if (!rows[0]) return void response.writeHead(401).end()
  const { organization_id } = rows[0] as { organization_id: string }
  const input = JSON.parse(await readText(request)) as { text: string; user_id: string }
  const id = /^\/conversations\/([^/]+)\/messages$/.exec(request.url!)?.[1]
  const answer = id
    ? await takeTurn(id, organization_id, input.text)
    : (await database.query(create, [organization_id, input.user_id])).rows[0]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer))
}

async function takeTurn(id: string, organization_id: string, text: string) {
  await storeItem(id, organization_id, { role: 'user', text })
  const { rows: items } = await database.query(history, [id])
  const reply = await askModel(items as Item[])
  const position = await storeItem(id, organization_id, { role: 'assistant', text: reply })
  return { conversation_id: id, position, reply }
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string
  return text
}

const server = createServer((request, response) => {
  respond(request, response).catch((error: unknown) => response.destroy(error as Error))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', 4096, () => announce(server))
