import { expect, test } from 'vitest'
import { findEntry } from './find-entry.ts'
import { judgeDefinition } from './judge-definition.ts'
import { resolveDefinition } from './resolve-definition.ts'

const end = { id: 'end', type: 'output' }
const trigger = (id: string, type: string) => ({
  id,
  type: 'trigger',
  config: { type, cron: '0 9 * * *' },
  next: 'end',
})
const input = (id: string) => ({ id, type: 'input', next: 'end' })

function stepsOf(...nodes: object[]) {
  const { definition } = judgeDefinition({ nodes: [...nodes, end] }, { checkExpression: () => [], checkCode: () => [] })
  return resolveDefinition(definition!).steps
}

const all = stepsOf(trigger('t1', 'timer'), trigger('t2', 'manual'), trigger('t3', 'manual'), input('in'))
const timers = stepsOf(trigger('t1', 'timer'), trigger('t2', 'timer'))

test.each([
  ['the one that is asked for', findEntry(all, 'manual', 'end'), 'end'],
  ['none, if there is no such step', findEntry(all, 'manual', 'constructor'), undefined],
  ['the first that fits', findEntry(all, 'manual', null), 't2'],
  ['an input, if no trigger fits', findEntry(all, 'pre_call', null), 'in'],
  ['the only one', findEntry(stepsOf(trigger('t1', 'timer')), 'manual', null), 't1'],
  ['none of several that do not fit', findEntry(timers, 'manual', null), undefined],
])('%s', (_what, step, id) => expect(step?.id).toBe(id))
