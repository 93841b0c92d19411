import { expect, test } from 'vitest'
import { type Entry, describeAction, describeFilter } from './entry-text.ts'

test.each([
  ['updateAgent', 'Update agent'],
  ['createOrganizationKey', 'Create organization key'],
  ['parley key create', 'parley key create'],
])('%s reads as %s', (action, text) => expect(describeAction(action)).toBe(text))

test('a filter has the name that an entry gives it, or its id', () => {
  const entry = {
    actor: { type: 'user', id: 'u', name: 'Ann' },
    target: { type: 'agent', id: 'a', name: 'Front desk' },
  } as Entry
  expect(describeFilter({ actor_id: 'u' }, 'actor', [entry])).toBe('Ann')
  expect(describeFilter({ actor_id: 'x' }, 'actor', [entry])).toBe('x')
  expect(describeFilter({ target_type: 'agent', target_id: 'a' }, 'target', [entry])).toBe('Agent Front desk')
  expect(describeFilter({ target_id: 'b' }, 'target', [entry])).toBe('b')
  expect(describeFilter({ target_type: 'agent' }, 'target', [])).toBe('Agent')
  expect(describeFilter({}, 'target', [entry])).toBe('')
})
