import { expect, test } from 'vitest'
import { visitId } from './visit-id.ts'

const execution_id = '01990000-0000-7000-8000-000000000001'

test('W5: a visit has one id, and no other visit has it', () => {
  const ids = Array.from({ length: 100 }, (_, index) => visitId(execution_id, index + 1))
  expect(new Set(ids).size).toBe(100)
  expect(visitId(execution_id, 1)).toBe(ids[0])
  expect(visitId(execution_id.replace('1', '2'), 1) === ids[0]).toBe(false)
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  expect(ids.filter((id) => !form.test(id))).toEqual([])
})
