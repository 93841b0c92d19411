import { expect, test } from 'vitest'
import { filtersOf, readExecutionsSearch, readWorkflowSearch } from './workflow-search.ts'

test('an address is read, and what the API would refuse is left out', () => {
  expect(readWorkflowSearch({ section: 'versions', version: '3', from: '0', step: 'a' })).toEqual({
    ...{ section: 'versions', version: 3, step: 'a' },
  })
  expect(readWorkflowSearch({ section: 'nothing', version: 'latest' })).toEqual({})
  const search = readExecutionsSearch({
    ...{ status: 'failed', trigger_type: 'timer', workflow_id: 'w', version: '2', is_test: 'true', other: 'x' },
    ...{ created_after: '2026-01-01T00:00:00Z', created_before: 'never' },
  })
  expect(filtersOf(search)).toEqual({
    ...{ status: ['failed'], trigger_type: 'timer', workflow_id: 'w', version: 2, is_test: true },
    created_after: '2026-01-01T00:00:00.000Z',
  })
  expect(readExecutionsSearch({ status: 'unknown', is_test: 'false' })).toEqual({})
})
