// The settings of the MCP server.
import type { Reader, SettingsGroup } from '../config/reader.ts'

export interface McpConfig {
  /** Of access tokens that are accepted besides this server's own credentials. */
  issuer: string | undefined
  body_bytes: number
  result_bytes: number
}

export const mcpSettings: SettingsGroup<McpConfig> = {
  settings: [
    {
      name: 'PARLEY_MCP_ISSUER',
      default: 'none',
      meaning:
        'The authorization server whose access tokens `/mcp` accepts, such as `https://login.example.com`; `http` only on this machine. Its keys are found by its metadata. A token needs `aud` `<PARLEY_PUBLIC_URL>/mcp`, the `sub` of a user who has signed in with this provider, and a role in `scope`. Requires `PARLEY_PUBLIC_URL`.',
    },
    {
      name: 'PARLEY_LIMIT_MCP_BODY_BYTES',
      default: '1048576',
      meaning: 'Largest request body of `/mcp`; larger ones are answered with 413.',
    },
    {
      name: 'PARLEY_LIMIT_MCP_RESULT_BYTES',
      default: '1048576',
      meaning: 'Largest result of a tool, as JSON; of a larger one only its size is answered.',
    },
  ],
  read: (read) => ({
    issuer: readIssuer(read),
    body_bytes: read.integer('PARLEY_LIMIT_MCP_BODY_BYTES', 1024, 104_857_600),
    result_bytes: read.integer('PARLEY_LIMIT_MCP_RESULT_BYTES', 1024, 67_108_864),
  }),
}

function readIssuer(read: Reader): string | undefined {
  const issuer = read.url('PARLEY_MCP_ISSUER', /^https?:\/\/[^/]/, 'https://login.example.com')
  if (issuer === undefined) return undefined
  const url = URL.parse(issuer)
  const isLocal = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url === null || url.username || (url.protocol !== 'https:' && !isLocal))
    read.fault('PARLEY_MCP_ISSUER must start with https:// unless it is on this machine')
  if (read.text('PARLEY_PUBLIC_URL') === undefined) read.fault('PARLEY_MCP_ISSUER requires PARLEY_PUBLIC_URL')
  return issuer
}
