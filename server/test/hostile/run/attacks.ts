// Simultaneous attacks of a hostile crowd and a hostile organization. Each continues until the run is over.
import { randomUUID } from 'node:crypto'
import { hostileCodes, hostileExpressions } from '../../sandbox/hostile.ts'
import { filters, huge_headers, injections, malformed, queriesOf, traversals } from '../crafted.ts'
import { type Attack, addressOf, bearer, flood, floodRaw, keepConnected } from './connections.ts'

/** How often a slow client sends one more byte. */
const drip_ms = 5000
const unread_clients = 300
const short_clients = 200

/** They cost more to read and to check than to send. */
const multiplying = [
  JSON.stringify({ ['k'.repeat(400_000)]: Array(68_000).fill('\0') }),
  JSON.stringify({ email: Array(300_000).fill(1), user_id: Array(100_000).fill(1) }),
  `{"email":${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
  `{${Array.from({ length: 60_000 }, (_, index) => `"${index}":5e-324`).join()}}`,
]

export const attacks: Record<string, (attack: Attack) => Promise<unknown>> = {
  'slow clients': (attack) =>
    each(attack.clients, (index) =>
      keepConnected(attack, addressOf(10 + (index % 20), index), (socket) => {
        socket.resume().write('GET /healthz HTTP/1.1\r\nhost: slow\r\nx-slow: ')
        const dripping = setInterval(() => socket.write('a'), drip_ms)
        return { [Symbol.dispose]: () => clearInterval(dripping) }
      }),
    ),

  'unread answers': (attack) =>
    each(unread_clients, (index) =>
      keepConnected(attack, addressOf(30, index), (socket) => {
        const path = index % 3 === 0 ? '/openapi.json' : '/docs/api/js/scalar.js'
        socket.pause().write(`GET ${path} HTTP/1.1\r\nhost: unread\r\n\r\n`.repeat(4))
      }),
    ),

  'malformed requests': (attack) =>
    floodRaw(attack, { network: 45, at_once: 4 }, (turn) => malformed[turn % malformed.length]!),

  'huge headers': (attack) =>
    floodRaw(attack, { network: 46, at_once: 4 }, (turn) => huge_headers[turn % huge_headers.length]!),

  'paths that lead elsewhere': (attack) =>
    floodRaw(attack, { network: 47, at_once: 4 }, (turn) => {
      return `GET ${traversals[turn % traversals.length]} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`
    }),

  'texts for a database in each filter': (attack) => {
    const { agent_id, conversation_id, keys } = attack.target
    const ids: Record<string, string> = { agent_id, conversation_id }
    return flood(attack, { network: 48, at_once: 4 }, (turn) => {
      const [{ path }, name] = filters[turn % filters.length]!
      const queries = [...queriesOf(name, injections)]
      const address = path.replaceAll(/\{(\w+)\}/g, (_match, part: string) => ids[part] ?? randomUUID())
      return {
        method: 'GET',
        path: `${address}?${queries[(turn + Math.floor(turn / filters.length)) % queries.length]}`,
        headers: bearer(keys.filters),
      }
    })
  },

  'bodies one byte short': (attack) =>
    each(short_clients, (index) =>
      keepConnected(attack, addressOf(31, index), (socket) => {
        const body = JSON.stringify({ email: 'a@example.test', password: 'x'.repeat(200_000) })
        const head = `POST /auth/sign-in HTTP/1.1\r\nhost: short\r\nx-parley-csrf: 1\r\ncontent-type: application/json`
        socket.resume().write(`${head}\r\ncontent-length: ${body.length + 1}\r\n\r\n${body}`)
      }),
    ),

  'bodies that multiply': (attack) =>
    flood(attack, { network: 32, at_once: 4 }, (turn) => ({
      method: 'POST',
      path: '/auth/sign-in',
      body: multiplying[turn % multiplying.length]!,
    })),

  'bodies of a known caller that multiply': (attack) =>
    flood(attack, { network: 49, at_once: 8 }, (turn) => ({
      method: 'POST',
      path: '/core/conversations',
      headers: bearer(attack.target.keys.bodies),
      body: multiplying[turn % multiplying.length]!,
    })),

  'bodies over the limit': (attack) =>
    flood(attack, { network: 33, at_once: 2 }, () => ({
      method: 'POST',
      path: '/auth/sign-in',
      body: 'x'.repeat(2_000_000),
    })),

  'wrong passwords': (attack) =>
    flood(attack, { network: 34, at_once: 8 }, (turn) => ({
      method: 'POST',
      path: '/auth/sign-in',
      body: JSON.stringify({ email: `somebody-${turn % 50}@example.test`, password: `wrong ${turn}` }),
    })),

  'bad credentials': (attack) =>
    flood(attack, { network: 35, at_once: 8 }, (turn) => ({
      method: 'GET',
      path: '/core/conversations',
      headers: bearer(`ak_${randomUUID().slice(0, 8)}.${'0'.repeat(40)}${turn}`),
    })),

  'one key over a slow import': (attack) => {
    const conversations = Array.from({ length: 400 }, () => importedRow())
    const body = JSON.stringify({ conversations })
    return flood(attack, { network: 36, at_once: 30 }, () => ({
      method: 'POST',
      path: '/core/conversations/import',
      headers: { ...bearer(attack.target.keys.imports), 'idempotency-key': 'the same' },
      body,
    }))
  },

  'a long transcript by an end user': (attack) =>
    flood(attack, { network: 37, at_once: 24 }, () => ({
      method: 'GET',
      path: `/core/conversations/${attack.target.conversation_id}`,
      headers: bearer(attack.target.conversation_token),
    })),

  'full versions': (attack) =>
    flood(attack, { network: 38, at_once: 12 }, () => ({
      method: 'GET',
      path: `/core/agents/${attack.target.agent_id}/versions?limit=100`,
      headers: bearer(attack.target.keys.versions),
    })),

  'long comparisons': (attack) => {
    const [from_version, to_version] = attack.target.versions
    return flood(attack, { network: 39, at_once: 4 }, () => ({
      method: 'POST',
      path: `/core/agents/${attack.target.agent_id}/versions/compare?format=json`,
      headers: bearer(attack.target.keys.comparisons),
      body: JSON.stringify({ from_version, to_version }),
    }))
  },

  'large templates': (attack) => {
    const config = { instructions: '{% if a %}{{ b }}{% endif %}'.repeat(7000) }
    return flood(attack, { network: 40, at_once: 4 }, () => ({
      method: 'POST',
      path: '/core/agents/check',
      headers: bearer(attack.target.keys.templates),
      body: JSON.stringify({ config }),
    }))
  },

  'definitions of workflows that are all cycles': (attack) => {
    const body = JSON.stringify({ definition: knottedDefinition() })
    return flood(attack, { network: 50, at_once: 4 }, () => ({
      method: 'POST',
      path: '/workflow/workflows/check',
      headers: bearer(attack.target.keys.definitions),
      body,
    }))
  },

  'expressions that do harm': (attack) =>
    flood(attack, { network: 51, at_once: 4 }, (turn) => ({
      method: 'POST',
      path: '/workflow/expressions/evaluate',
      headers: bearer(attack.target.keys.expressions),
      body: JSON.stringify({
        expression: `{{ ${hostileExpressions[turn % hostileExpressions.length]![1]} }}`,
        data: { long: 'a'.repeat(50_000), first: { numbers: [1, 2, 3] } },
      }),
    })),

  'steps of code that do harm': (attack) =>
    flood(attack, { network: 52, at_once: 8 }, (turn) => {
      const code = hostileCodes[turn % hostileCodes.length]![1]
      const begin = { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'code' } }
      const nodes = [begin, { id: 'code', type: 'code', config: { code } }]
      return {
        method: 'POST',
        path: '/workflow/workflow-executions',
        headers: bearer(attack.target.keys.codes),
        body: JSON.stringify({ definition: { nodes } }),
      }
    }),

  'names whose name server is silent': (attack) =>
    flood(attack, { network: 41, at_once: 20 }, (turn) => ({
      method: 'POST',
      path: `/core/webhooks/${attack.target.webhook_ids[turn % attack.target.webhook_ids.length]}/test`,
      headers: bearer(attack.target.keys.names),
    })),

  'tokens minted for their rate': (attack) => {
    const { viewer_token, organization_id } = attack.target
    const tokens = [viewer_token]
    return flood(attack, { network: 42, at_once: 8 }, (turn) => {
      if (turn % 4 !== 0) {
        const token = tokens[turn % tokens.length]!
        return { method: 'GET', path: '/core/conversations?limit=1', headers: bearer(token, organization_id) }
      }
      return {
        method: 'POST',
        path: '/admin/personal-access-tokens',
        headers: bearer(viewer_token),
        body: JSON.stringify({ name: 'One more' }),
        onAnswer: (text) => {
          const { pat_key } = JSON.parse(text) as { pat_key?: string }
          if (pat_key !== undefined && tokens.length < 1000) tokens.push(pat_key)
        },
      }
    })
  },

  'event streams': (attack) =>
    each(100, (index) =>
      keepConnected(attack, addressOf(43, index), (socket) => {
        const path = `/core/conversations/${attack.target.conversation_id}/events`
        const authorization = `authorization: Bearer ${attack.target.conversation_token}`
        socket.pause().write(`GET ${path} HTTP/1.1\r\nhost: streams\r\n${authorization}\r\n\r\n`)
      }),
    ),

  'long messages': (attack) =>
    flood(attack, { network: 44, at_once: 16 }, (turn) => ({
      method: 'POST',
      path: turn % 8 === 0 ? '/core/conversations' : `/core/conversations/${attack.target.conversation_id}/messages`,
      headers: bearer(attack.target.keys.messages),
      body: JSON.stringify(
        turn % 8 === 0
          ? { channel: 'text', user_id: 'loud', agent_id: attack.target.agent_id }
          : { text: '\u{1F4E2}'.repeat(16_000) },
      ),
    })),
}

function each(count: number, attack: (index: number) => Promise<unknown>): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, (_, index) => attack(index)))
}

/** As many steps and ways as a definition may have. */
function knottedDefinition(): object {
  const steps = 199
  const branches = Array.from({ length: 12 }, (_, index) => `b${index}`)
  const conditions = branches.map((name) => ({ name, condition: '{{ x }}' })).slice(0, 2)
  const nodes = Array.from({ length: steps }, (_, index) => ({
    id: `s${index}`,
    type: 'condition',
    max_visits: 2,
    config: { conditions },
    next: Object.fromEntries(branches.map((name, at) => [name, `s${(index * 31 + at * 7) % steps}`])),
  }))
  return { nodes: [{ id: 'go', type: 'trigger', config: { type: 'manual' }, next: { default: 's0' } }, ...nodes] }
}

/** One that is unlike any other, and slow to write. */
function importedRow(): object {
  const created_at = new Date(Date.UTC(2026, 0, 1) + Math.floor(Math.random() * 1e9)).toISOString()
  const items = Array.from({ length: 20 }, (_, index) => ({
    type: 'message',
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: ['A line that somebody said.'],
    created_at,
  }))
  return {
    id: randomUUID(),
    channel: 'text',
    status: 'completed',
    user_id: 'imported',
    created_at,
    ended_at: created_at,
    conversation: { items },
  }
}
