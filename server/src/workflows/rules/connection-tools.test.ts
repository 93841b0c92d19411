import { describe, expect, test } from 'vitest'
import { fillSecretParts, isAllowed, parametersOf } from './connection-tools.ts'
import { listParleyScopes } from './parley-tools.ts'
import { resolveDefinition } from './resolve-definition.ts'

describe('secrets in the texts of a connection', () => {
  const secrets = new Map([['KEY', 'value {{ secrets.OTHER }}']])

  test('are values between the text of the author, and are not filled again', () => {
    expect(fillSecretParts('a {{secrets.KEY}}{{ secrets.KEY }}', secrets).parts).toEqual([
      { text: 'a ', is_value: false },
      { text: 'value {{ secrets.OTHER }}', is_value: true },
      { text: 'value {{ secrets.OTHER }}', is_value: true },
    ])
    expect(fillSecretParts('', secrets).parts).toEqual([])
  })

  test('one that is missing is named', () => {
    expect(fillSecretParts('{{ secrets.OTHER }}', secrets).fault).toBe('There is no secret with the name OTHER.')
  })
})

test('a connection without a list allows every tool', () => {
  expect(
    [{}, { allowed_tools: null }, { allowed_tools: ['a'] }, { allowed_tools: [] }].map((each) =>
      isAllowed(each as never, 'a'),
    ),
  ).toEqual([true, true, true, false])
  expect(parametersOf({ name: 'a', path: '/' })).toEqual({ type: 'object' })
})

test('the scopes that a definition needs are those of its tools of parley', () => {
  const app = (id: string, connection: string, tool: string) => ({ id, type: 'app', config: { connection, tool } })
  const steps = [
    app('a', 'parley', 'getConversation'),
    app('b', ' parley ', 'endConversation'),
    app('c', 'other', 'executeWorkflowAsync'),
    app('d', 'parley', 'unknown'),
  ]
  expect(listParleyScopes(resolveDefinition({ schema_version: 1, nodes: steps } as never))).toEqual([
    ...['conversations:read', 'conversations:read_sensitive', 'conversations:manage'],
  ])
})
