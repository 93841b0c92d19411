import { expect, test } from 'vitest'
import { type AgentDetail, writeDocument } from './document.ts'
import { type EditorEvent, changeEditor, isChanged, listFaults, makeBase, startEditing } from './editor-state.ts'

const agent = {
  id: 'a',
  name: 'Desk',
  description: null,
  active: true,
  is_demo: false,
  metadata: {},
  updated_at: '1',
} as AgentDetail
const base = makeBase(agent, null, { instructions: 'Be brief.', tools: [{ name: 'a' }] })

const after = (...events: EditorEvent[]) => events.reduce(changeEditor, startEditing(base))
const write = (path: (string | number)[], value: unknown): EditorEvent => ({ type: 'written', path, value })

test('what is written is a change until it is as it was', () => {
  expect(isChanged(after())).toBe(false)
  expect(isChanged(after(write(['name'], 'Support')))).toBe(true)
  expect(isChanged(after(write(['name'], 'Support'), write(['name'], 'Desk')))).toBe(false)
})

test('a fault goes when its field is written to, with those of its parts and of what it is a part of', () => {
  const paths = ['config.tools', 'config.tools.0.name', 'config.tools.0.actions.0.url', 'config.toolset', 'name']
  const judged: EditorEvent = { type: 'judged', faults: paths.map((path) => ({ path, message: 'is wrong' })) }
  const left = (event: EditorEvent) => after(judged, event).faults.map(({ path }) => path)
  expect(left(write(['config', 'tools', 0, 'name'], 'b'))).toEqual([
    'config.tools.0.actions.0.url',
    'config.toolset',
    'name',
  ])
  expect(left(write(['config', 'tools'], []))).toEqual(['config.toolset', 'name'])
})

test('a text that is no value yet is a change and a fault, and the value stays what it was', () => {
  const hold: EditorEvent = { type: 'held', path: ['config', 'llm'], held: { text: '{', message: 'not JSON' } }
  const state = after({ type: 'judged', faults: [{ path: 'config.llm', message: 'is wrong' }] }, hold)
  expect(state.document).toBe(base.document)
  expect(isChanged(state)).toBe(true)
  expect(listFaults(state)).toEqual([{ path: 'config.llm', message: 'not JSON' }])
  expect(isChanged(changeEditor(state, write(['config', 'llm'], undefined)))).toBe(false)
})

test('while a text cannot be read, nothing is said of the parts of what it is to take the place of', () => {
  const faults = ['config.llm', 'config.tools.0.name', 'name'].map((path) => ({ path, message: 'is wrong' }))
  const held = { text: '{', message: 'not JSON' }
  const state = after({ type: 'judged', faults }, { type: 'held', path: ['config'], held })
  expect(listFaults(state).map(({ path }) => path)).toEqual(['config', 'name'])
})

test('such a text outlasts what is written beside it, but not its place', () => {
  const hold: EditorEvent = {
    type: 'held',
    path: ['config', 'tools', 0, 'properties'],
    held: { text: '{', message: 'not JSON' },
  }
  const tools = base.document.config['tools'] as object[]
  expect(Object.keys(after(hold, write(['config', 'tools'], [...tools, { name: 'b' }])).held)).toHaveLength(1)
  expect(Object.keys(after(hold, write(['config', 'guardrails'], 'Never.')).held)).toHaveLength(1)
  const replaced = after(hold, write(['config', 'tools', 0], { name: 'b', properties: {} }))
  expect(replaced.held).toEqual({})
})

test('what is written while a save is under way is still to be saved', () => {
  const saved = writeDocument(base.document, ['name'], 'Support')
  const stored = { ...base, document: structuredClone(saved) }
  const event: EditorEvent = { type: 'saved', base: stored, document: saved }
  const state = after(write(['name'], 'Support'), write(['config', 'guardrails'], 'Never.'), event)
  expect(isChanged(state)).toBe(true)
  expect(state.document.config['guardrails']).toBe('Never.')
  expect(isChanged(after(write(['name'], 'Support'), event))).toBe(false)
})

test('another state of the server takes the place of all that was typed', () => {
  const hold: EditorEvent = { type: 'held', path: ['config'], held: { text: '{', message: 'not JSON' } }
  const state = after(write(['name'], 'x'), hold, { type: 'replaced', base, document: base.document })
  expect(state).toMatchObject({ document: base.document, held: {}, faults: [], round: 1 })
})
