// A small help desk whose people answer conversations of Parley: tickets come by webhook, and what people do is sent by the API.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { argv, env } from 'node:process'
import { text } from 'node:stream/consumers'
import { createParley, isSigned, judge } from './parley.js'
import { openStore } from './store.js'
import {
  addAction,
  describeTicket,
  emptyDesk,
  nextActions,
  settleAction,
  takeEvent,
  takeHistory,
  ticketOf,
} from './tickets.js'

/** Where it listens, and where it keeps what it knows. */
const [address = 'http://127.0.0.1:4000', file = 'tickets.json'] = argv.slice(2)
const { PARLEY_URL = 'http://127.0.0.1:8080', PARLEY_API_KEY, SECRET } = env
if (!PARLEY_API_KEY || !SECRET) throw new Error('Set PARLEY_API_KEY, and SECRET to the secret of the webhook.')

/** Before the ids of this desk's people, so that it knows its own. */
const prefix = 'desk:'
const first_pause_ms = 1000
const longest_pause_ms = 30_000

const parley = createParley({ url: PARLEY_URL, key: PARLEY_API_KEY })
const store = openStore(resolve(file), emptyDesk)

/** Tells what has become of a ticket. */
function change(make) {
  const before = store.get()
  store.change(make)
  for (const ticket of Object.values(store.get().tickets)) {
    const { state, number, why } = ticket
    const known = before.tickets[ticket.conversation_id]
    if (known?.state !== state) console.log(`ticket ${number}: ${state}${why ? `, ${why}` : ''}`)
  }
}

/** Sends what waits and reads what is missing, until nothing is left; again after a pause if Parley does not answer. */
let isWorking = false
let wake = () => {}
async function work() {
  if (isWorking) return wake()
  isWorking = true
  let failures = 0
  for (;;) {
    const { tickets } = store.get()
    const lacking = Object.values(tickets).filter(({ lacks_history }) => lacks_history)
    const jobs = [
      ...lacking.map((ticket) => () => readHistory(ticket)),
      ...nextActions(store.get()).map((action) => () => send(action)),
    ]
    if (jobs.length === 0) break
    const asked = await Promise.all(jobs.map((job) => job().catch(() => 0)))
    const pauses = asked.filter((pause_ms) => pause_ms !== null)
    failures = pauses.length > 0 ? failures + 1 : 0
    if (pauses.length === 0) continue
    const pause_ms = Math.min(longest_pause_ms, first_pause_ms * 2 ** (failures - 1))
    await new Promise((go) => {
      wake = go
      setTimeout(go, Math.max(pause_ms, ...pauses))
    })
  }
  isWorking = false
}

/** Null: done. Otherwise how long to wait at least before it is tried again. */
async function readHistory({ conversation_id }) {
  const items = await parley.readItems(conversation_id)
  change((desk) => takeHistory(desk, conversation_id, items))
  return null
}

async function send(action) {
  const answer = await parley.send(action).catch(() => null)
  const { state, why } = judge(answer)
  if (state === 'again') return answer?.retry_after_ms ?? 0
  change((desk) => settleAction(desk, action.id, state, why))
  console.log(`${action.action} ${action.id}: ${state}${why ? `, ${why}` : ''}`)
  return null
}

/** Answered when it is on the disk: then Parley does not send it again. */
async function receive(request) {
  const body = await text(request)
  if (!isSigned(SECRET, request.headers, body, Date.now())) return [401]
  change((desk) => takeEvent(desk, JSON.parse(body), prefix))
  void work()
  return [204]
}

/** `POST /tickets/7/reply {person: {id, name}, text, id?}`, and the same with `take`, `return` and `end`. */
async function act(request, ticket, action) {
  const { id = randomUUID(), person, text: said } = JSON.parse((await text(request)) || '{}')
  if (!person?.id || !person.name) return [422, { detail: 'Say who does it: person {id, name}.' }]
  if (action === 'reply' && !said?.trim()) return [422, { detail: 'A reply needs a text.' }]
  const { conversation_id } = ticket
  const external = { id: `${prefix}${person.id}`, name: person.name }
  change((desk) => addAction(desk, { id, conversation_id, action, person: external, text: said ?? null }))
  void work()
  return [202, { id }]
}

async function answer(request) {
  const [, place, number, action] = new URL(request.url, address).pathname.split('/')
  const desk = store.get()
  if (request.method === 'POST' && place === 'parley') return receive(request)
  if (place !== 'tickets') return [404, { detail: 'There is nothing here.' }]
  if (request.method === 'GET' && !number) {
    return [200, { tickets: Object.values(desk.tickets).map((each) => describeTicket(desk, each)) }]
  }
  const ticket = ticketOf(desk, Number(number))
  if (!ticket) return [404, { detail: 'There is no such ticket.' }]
  if (request.method === 'GET') return [200, describeTicket(desk, ticket)]
  if (!['take', 'reply', 'return', 'end'].includes(action)) return [404, { detail: 'Take, reply, return or end.' }]
  return act(request, ticket, action)
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request).catch((error) => [500, { detail: String(error) }])
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body ? JSON.stringify(body) : undefined)
})
const { hostname, port } = new URL(address)
server.listen(Number(port), hostname, () => {
  console.log(`The help desk listens at http://${hostname}:${server.address().port}`)
  void work()
})
