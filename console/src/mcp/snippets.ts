// What clients have to be given to connect, each in its own form. Pure.
import type { McpToolset } from '@parley/contract'

export const clientNames = ['claude_code', 'claude_desktop', 'cursor', 'vs_code', 'codex', 'curl'] as const
export type ClientName = (typeof clientNames)[number]

const key = 'ak_…'

/** The address narrows what is offered by its query. */
export function addressOf(base: string, toolset: McpToolset | null, is_read_only: boolean): string {
  const url = new URL(base)
  if (toolset !== null) url.searchParams.set('toolset', toolset)
  if (is_read_only) url.searchParams.set('read_only', 'true')
  return url.href
}

const json = (value: unknown) => JSON.stringify(value, null, 2)

/** In a shell, within single quotes. */
const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The command goes on. */
const newLine = ' \\\n'

const bearer = `Bearer ${key}`
const call = {
  ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
  params: { name: 'search_tools', arguments: { query: 'end a conversation' } },
}

const writers: Record<ClientName, (url: string) => string> = {
  claude_code: (url) =>
    [`claude mcp add --transport http parley ${quoted(url)}`, `  --header ${quoted(`Authorization: ${bearer}`)}`].join(
      newLine,
    ),
  claude_desktop: (url) =>
    json({
      mcpServers: {
        parley: {
          command: 'npx',
          // Without a space in it, which some systems would split it at.
          args: ['-y', 'mcp-remote', url, '--header', 'Authorization:${PARLEY_AUTHORIZATION}'],
          env: { PARLEY_AUTHORIZATION: bearer },
        },
      },
    }),
  cursor: (url) => json({ mcpServers: { parley: { url, headers: { Authorization: bearer } } } }),
  vs_code: (url) =>
    json({
      inputs: [{ type: 'promptString', id: 'parley-key', description: 'Parley API key', password: true }],
      servers: { parley: { type: 'http', url, headers: { Authorization: 'Bearer ${input:parley-key}' } } },
    }),
  codex: (url) => `[mcp_servers.parley]\nurl = ${JSON.stringify(url)}\nbearer_token_env_var = "PARLEY_API_KEY"`,
  curl: (url) =>
    [
      `curl ${quoted(url)}`,
      `  -H ${quoted(`Authorization: ${bearer}`)}`,
      `  -H 'Content-Type: application/json'`,
      `  -d ${quoted(JSON.stringify(call))}`,
    ].join(newLine),
}

export function snippetOf(client: ClientName, url: string): string {
  return writers[client](url)
}
