import { expect, test } from 'vitest'
import type { Definition } from '../definition/definition.ts'
import { requestOf, startSetup } from './test-setup.ts'

const definition: Definition = {
  schema_version: 1,
  nodes: [
    { id: 'begin', type: 'trigger', config: { type: 'timer' } },
    { id: 'read', type: 'http', config: { method: 'GET' } },
    { id: 'send', type: 'http', config: { method: 'POST' } },
    { id: 'look', type: 'app', config: { tool: 'getConversation' } },
    { id: 'say', type: 'app', config: { tool: 'sendConversationMessage' } },
    { id: 'think', type: 'code', config: {} },
  ],
}

test('what changes something elsewhere is mocked unless a person says otherwise', () => {
  const setup = startSetup(definition, {})
  const real = Object.entries(setup.effects).map(([id, { isReal }]) => [id, isReal])
  expect(Object.fromEntries(real)).toEqual({ read: true, send: false, look: true, say: false })
  expect(setup).toMatchObject({ entry: 'begin', skip_waits: true, payload: { missed: false } })
  expect(requestOf(setup, {})).toEqual({
    initial_step: 'begin',
    input_data: { missed: false },
    test: {
      mocks: { send: { output: { status_code: 200, headers: {}, body: {} } }, say: { output: {} } },
      skip_waits: true,
    },
  })
})

test('kept mocks stand: of steps that reach out until they are really done, of others always', () => {
  const kept = { read: { output: { status_code: 404 } }, think: { output: 1 } }
  const setup = startSetup(definition, kept)
  expect(setup.effects['read']).toEqual({ isReal: false, mock: kept.read })
  const { effects } = setup
  const request = requestOf({ ...setup, effects: { ...effects, read: { ...effects['read']!, isReal: true } } }, kept)
  expect(Object.keys(request.test.mocks).toSorted()).toEqual(['say', 'send', 'think'])
})
