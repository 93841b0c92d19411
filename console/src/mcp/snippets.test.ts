import { expect, test } from 'vitest'
import { addressOf, clientNames, snippetOf } from './snippets.ts'

test('the address narrows what is offered', () => {
  expect(addressOf('https://parley.test/mcp', null, false)).toBe('https://parley.test/mcp')
  expect(addressOf('https://parley.test/mcp', 'agents', true)).toBe(
    'https://parley.test/mcp?toolset=agents&read_only=true',
  )
})

test('each client gets the address and a place for the key; a shell takes the address as one word', () => {
  const url = 'https://parley.test/mcp?toolset=agents&read_only=true'
  for (const client of clientNames) expect(snippetOf(client, url), client).toContain(url)
  for (const client of ['claude_code', 'curl'] as const) expect(snippetOf(client, url)).toContain(`'${url}'`)
  for (const client of ['claude_desktop', 'cursor', 'vs_code'] as const)
    expect(Object.keys(JSON.parse(snippetOf(client, url)) as object).length).toBeGreaterThan(0)
})
