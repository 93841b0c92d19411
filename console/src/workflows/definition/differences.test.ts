import { expect, test } from 'vitest'
import type { Definition, Step } from './definition.ts'
import { differencesOf, rebase } from './differences.ts'
import { addStep, connect, removeStep, writeStep } from './edit.ts'

const step = (id: string, config: Step['config'] = {}, next: Step['next'] = {}): Step => ({
  id,
  type: 'http',
  config,
  next,
})
const base: Definition = {
  schema_version: 1,
  nodes: [step('a', { url: 'https://one.example' }, { default: 'b' }), step('b', { url: 'https://two.example' })],
}

test('differences are those of values, wherever the steps stand in the list', () => {
  const moved = { ...base, nodes: base.nodes.toReversed() }
  expect(differencesOf(base, moved)).toEqual([])
  const changed = writeStep(moved, 'a', ['config', 'url'], 'https://other.example')
  expect(differencesOf(base, changed)).toEqual([
    { path: ['nodes', 'a', 'config', 'url'], before: 'https://one.example', after: 'https://other.example' },
  ])
  const [added] = differencesOf(base, addStep(base, { type: 'wait' }, null).definition)
  expect(added).toMatchObject({ path: ['nodes', 'wait'], before: undefined, after: { type: 'wait' } })
})

test('the changes of one person are put on top of those of the other', () => {
  const mine = connect(writeStep(base, 'a', ['config', 'method'], 'POST'), 'b', 'default', 'a')
  const theirs = writeStep(writeStep(base, 'a', ['config', 'url'], 'https://theirs.example'), 'b', ['name'], 'Second')
  const both = rebase(base, mine, theirs)
  expect(both.nodes).toEqual([
    step('a', { url: 'https://theirs.example', method: 'POST' }, { default: 'b' }),
    { ...step('b', { url: 'https://two.example' }, { default: 'a' }), name: 'Second' },
  ])
})

test('where both changed a value, mine stands', () => {
  const mine = writeStep(base, 'a', ['config', 'url'], 'https://mine.example')
  const theirs = writeStep(base, 'a', ['config', 'url'], 'https://theirs.example')
  expect(rebase(base, mine, theirs).nodes[0]!.config).toEqual({ url: 'https://mine.example' })
})

test('nothing comes back of a step that they have removed, and no line leads to it', () => {
  const mine = connect(writeStep(base, 'b', ['config', 'url'], 'https://mine.example'), 'a', 'error', 'b')
  const both = rebase(base, mine, removeStep(base, 'b'))
  expect(both.nodes).toEqual([step('a', { url: 'https://one.example' }, {})])
})

test('a step that was added by one and removed by nobody is there', () => {
  const mine = addStep(base, { type: 'wait', config: { duration: 2 } }, { step_id: 'a', port: 'default' }).definition
  const both = rebase(base, mine, writeStep(base, 'b', ['name'], 'Second'))
  expect(both.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'wait'])
  expect(both.nodes[0]!.next).toEqual({ default: 'wait' })
})
