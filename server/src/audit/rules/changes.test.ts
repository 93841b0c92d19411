import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { diffStates } from './changes.ts'
import { isSecretName } from './secrets.ts'
import { csvLine } from './csv.ts'

describe('changes', () => {
  test('are told by path, in lists of parts by place, lists of texts as a whole', () => {
    const before = { name: 'A', tools: [{ name: 't', timeout: 1 }], events: ['x'], same: { deep: [1, 2] } }
    const after = {
      name: 'A',
      tools: [{ name: 't', timeout: 2 }, { name: 'u' }],
      events: ['x', 'y'],
      same: { deep: [1, 2] },
    }
    expect(diffStates(before, after)).toEqual([
      { path: 'tools.0.timeout', from: 1, to: 2 },
      { path: 'tools.1.name', from: null, to: 'u' },
      { path: 'events', from: ['x'], to: ['x', 'y'] },
    ])
    expect(diffStates({ a: { b: 1 } }, null, { within: 'parts.3' })).toEqual([
      { path: 'parts.3.a.b', from: 1, to: null },
    ])
    expect(diffStates({ a: null, updated_at: 1 }, { updated_at: 2 })).toEqual([])
    expect(diffStates({ a: 1, b: 1 }, { a: 2, b: 2 }, { only: ['b'] })).toEqual([{ path: 'b', from: 1, to: 2 }])
  })

  test('keep no secret, whatever holds it', () => {
    const hidden = {
      password: 'hunter2',
      headers: { Authorization: 'Bearer hunter2', 'X-Api-Key': 'hunter2', accept: 'text' },
      sent: [{ name: 'Authorization', value: 'hunter2' }],
      auth: { type: 'basic', username: 'hunter2', password: 'hunter2' },
      url: 'https://user:hunter2@host/path',
      nested: { client_secret: { of: 'hunter2' }, urls: ['https://user:hunter2@host'] },
      named: 'hunter2',
    }
    const changes = diffStates(null, hidden, { secrets: ['named'] })
    expect(JSON.stringify(changes)).not.toContain('hunter2')
    expect(changes).toContainEqual({ path: 'auth.password', changed: true })
    expect(changes).toContainEqual({ path: 'headers.accept', from: null, to: 'text' })
    for (const open of ['tokens_per_day', 'secret_name', 'key', 'monkey']) expect(isSecretName(open)).toBe(false)
    expect(diffStates(null, { max_token: 5 })).toEqual([{ path: 'max_token', from: null, to: 5 }])
  })

  test('have the hash of what is longer than 1 KiB', () => {
    const hash = `sha256:${createHash('sha256').update('é'.repeat(513)).digest('hex')}`
    expect(diffStates({ text: 'é'.repeat(512) }, { text: 'é'.repeat(513) })).toEqual([
      { path: 'text', from: 'é'.repeat(512), to: hash },
    ])
  })
})

test.each(['=1+1', '+1', '-1', '@x', '\tx'])('a cell of CSV that begins like a formula (%j) is text', (name) => {
  const entry = { actor: { type: 'user', id: name, name }, target: null, changes: [], sequence: 1 }
  expect(csvLine(JSON.stringify(entry), 'h')).toContain(`,'${name},`)
})
