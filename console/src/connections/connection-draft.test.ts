import type { WorkflowConnection } from '@parley/contract'
import { expect, test } from 'vitest'
import { draftOf, fieldsOf, findUnfit, freshDraft, schemaOf } from './connection-draft.ts'

const stored = (more: Partial<WorkflowConnection>): WorkflowConnection => ({
  ...{ id: '1', organization_id: '1', name: 'crm', description: null, kind: 'http', url: 'https://crm.example.com' },
  ...{ created_at: '', updated_at: '' },
  ...more,
})

test('a connection that is not changed is sent as it was', () => {
  const parameters = schemaOf('note', '/contacts/{id}')
  const connection = stored({
    auth: { type: 'header', name: 'X-Key', value: '{{ secrets.KEY }}' },
    headers: { Accept: 'application/json' },
    allowed_tools: ['addNote'],
    timeout_ms: 5000,
    operations: [
      { name: 'addNote', method: 'POST', path: '/contacts/{id}', description: 'Adds', parameters, idempotent: true },
    ],
  })
  const { id: _id, organization_id: _of, created_at: _made, updated_at: _changed, ...fields } = connection
  expect(fieldsOf(draftOf(connection))).toEqual(fields)
})

test('arguments of the path are needed; a schema of another form is kept as text', () => {
  expect(schemaOf('note\nid\n', '/contacts/{id}')).toEqual({
    type: 'object',
    properties: { id: { type: 'string' }, note: {} },
    required: ['id'],
  })
  const parameters = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } }
  const draft = draftOf(stored({ operations: [{ name: 'a', path: '/', parameters }] }))
  expect(draft.operations[0]).toMatchObject({ names: null, schema: JSON.stringify(parameters, null, 2) })
  expect(fieldsOf(draft).operations![0]!.parameters).toEqual(parameters)
})

test('what cannot be sent is found', () => {
  expect([...findUnfit({ ...freshDraft, headers: 'no colon' })]).toEqual(['name', 'url', 'headers'])
  const operations = [{ ...freshDraft.operations[0]!, names: null, schema: '[' }]
  expect([...findUnfit({ ...freshDraft, name: 'a', url: 'b', operations })]).toEqual(['schema'])
  expect(fieldsOf({ ...freshDraft, name: 'a', url: 'b', kind: 'mcp' }).operations).toBeNull()
})
