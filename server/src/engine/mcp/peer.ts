// An MCP server as one turn sees it: its settings with the headers rendered. Different organizations or settings make different
// peers.
import { createHash } from 'node:crypto'
import type { ResolvedMcpServer } from '../../agents/rules/config.ts'
import type { PromptVariables } from '../../conversations/conversations.ts'
import type { Redactor } from '../../secrets/rules/redact.ts'
import { atPath } from '../../templates/faults.ts'
import { renderTemplate } from '../../templates/templates.ts'

export interface McpPeer {
  organization_id: string
  name: string
  url: string
  /** Rendered, by lower-case names. They may be secrets, so they are neither logged nor shown. */
  headers: Record<string, string>
  /** Null: all. */
  allowed_tools: ReadonlySet<string> | null
  timeout_ms: number
  /** Of each response. Default 4 MiB. */
  max_body_bytes?: number
  /** For everything that it returns. */
  redactor: Redactor
  /** Equal if organization and settings are equal; reveals no header. */
  key: string
}

export interface PeerContext {
  organization_id: string
  variables: PromptVariables
  /** With the organization's secrets. */
  redactor: Redactor
}

/** The one place that defines the variables of header templates. Throws a `TemplateError`. */
export function renderPeer(server: ResolvedMcpServer, { organization_id, variables, redactor }: PeerContext): McpPeer {
  const seen = { ...variables, secrets: Object.fromEntries(redactor.secrets) }
  const headers = Object.fromEntries(
    Object.entries(server.headers).map(([name, value]) => [
      name.toLowerCase(),
      atPath(`mcp_servers.${server.name}.headers.${name}`, () => renderTemplate(value, seen)),
    ]),
  )
  const { name, url, allowed_tools, timeout_ms } = server
  const identity = JSON.stringify([organization_id, url, headers, allowed_tools, timeout_ms])
  const key = createHash('sha256').update(identity).digest('base64')
  const allowed = allowed_tools && new Set(allowed_tools)
  return { organization_id, name, url, headers, allowed_tools: allowed, timeout_ms, redactor, key }
}
