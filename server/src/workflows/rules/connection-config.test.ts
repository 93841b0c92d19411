import { ConnectionConfig } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../base/json.ts'
import { compileValidator } from '../../base/validation.ts'
import { findConnectionFaults, isRepeatable, placeArguments } from './connection-config.ts'

const validate = compileValidator(ConnectionConfig)
const base = { kind: 'http' as const, url: 'https://crm.example.com/api' }
const operation = (more: object) => ({ name: 'find', path: '/contacts/{id}', ...more })

describe('a connection', () => {
  test.each<[object, string[]]>([
    [{}, []],
    [{ kind: 'mcp', allowed_tools: ['a'], headers: { Authorization: 'Bearer {{ secrets.CRM }}' } }, []],
    [{ url: '{{ secrets.CRM_URL }}' }, []],
    [{ url: 'https://{{ secrets.HOST }}/x' }, []],
    [{ url: 'crm' }, ['url']],
    [{ url: 'ftp://crm.example.com' }, ['url']],
    [{ url: 'https://me:pw@crm.example.com' }, ['url']],
    [{ url: 'https://crm.example.com/{{ input.x }}' }, ['url']],
    [{ headers: { 'a b': 'x' } }, ['headers.a b']],
    [{ headers: { A: '${ say hello }' } }, ['headers.A']],
    [{ auth: { type: 'none' } }, []],
    [{ auth: { type: 'bearer' } }, ['auth.token']],
    [{ auth: { type: 'bearer', token: '{{ secrets.T }}' } }, []],
    [{ auth: { type: 'basic', username: 'me', password: ' ' } }, ['auth.password']],
    [{ auth: { type: 'header', name: 'X Key', value: 'x' } }, ['auth.name']],
    [
      { auth: { type: 'oauth2_client_credentials', client_id: 'a', client_secret: '{{ ctx }}', token_url: 'x' } },
      ['auth.client_secret', 'auth.token_url'],
    ],
    [{ kind: 'mcp', operations: [operation({})] }, ['operations']],
    [{ operations: [operation({}), operation({})] }, ['operations.1.name']],
    [{ operations: [operation({ path: '/a/{id' })] }, ['operations.0.path']],
    [{ operations: [operation({ path: '/a/{}' })] }, ['operations.0.path']],
    [{ operations: [operation({ parameters: { type: 'object', properties: { id: {} } } })] }, []],
    [{ operations: [operation({ parameters: { properties: { other: {} } } })] }, ['operations.0.path']],
    [{ operations: [operation({ parameters: { type: 'thing' } })] }, ['operations.0.parameters']],
    [
      { operations: [operation({ parameters: { properties: { id: { pattern: '(?=a)' } } } })] },
      ['operations.0.parameters'],
    ],
  ])('%j has faults at %j', (more, paths) => {
    const config = { ...base, ...more } as ConnectionConfig
    expect(validate(config)).toEqual([])
    expect(
      findConnectionFaults(config)
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(paths)
  })

  test.each([
    { kind: 'ftp' },
    { auth: { type: 'magic' } },
    { timeout_ms: 0 },
    { operations: [operation({ path: 'x' })] },
  ])('%j breaks its schema', (more) => expect(validate({ ...base, ...more })).not.toEqual([]))
})

describe('arguments', () => {
  test.each<[string, JsonObject, object]>([
    [
      'GET',
      { id: 7, q: 'a b', list: [1, 'x'], none: null, o: { a: 1 } },
      {
        path: '/contacts/7',
        query: [
          ['q', 'a b'],
          ['list', '1'],
          ['list', 'x'],
          ['o', '{"a":1}'],
        ],
        body: null,
      },
    ],
    ['DELETE', { id: 'a/b?c#d' }, { path: '/contacts/a%2Fb%3Fc%23d', query: [], body: null }],
    [
      'POST',
      { id: 'x', name: 'Ada', none: null },
      { path: '/contacts/x', query: [], body: { name: 'Ada', none: null } },
    ],
  ])('of %s: %j', (method, given, placed) => {
    expect(placeArguments(operation({ method }), given)).toEqual({ method, ...placed })
  })

  test.each([[undefined], [null], [''], ['.'], ['..'], ['%2e%2E'], [{}], [['x']]])('%j cannot be in the path', (id) => {
    const given = (id === undefined ? {} : { id }) as JsonObject
    expect(placeArguments(operation({}), given)).toEqual({ fault: expect.stringContaining('"id"') as string })
  })

  test('names of every object are arguments only if they are given', () => {
    expect(placeArguments(operation({ path: '/{toString}' }), {})).toHaveProperty('fault')
  })
})

test('calls may be repeated by their method, unless the operation says otherwise', () => {
  const of = (method: 'GET' | 'PUT' | 'DELETE' | 'POST' | 'PATCH') => isRepeatable(operation({ method }) as never)
  expect([of('GET'), of('PUT'), of('DELETE'), of('POST'), of('PATCH')]).toEqual([true, true, true, false, false])
  expect(isRepeatable(operation({ method: 'POST', idempotent: true }) as never)).toBe(true)
})
