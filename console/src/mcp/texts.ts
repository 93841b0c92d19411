// The texts of the page about MCP.
import type { McpToolset } from '@parley/contract'
import { formatCount } from '../base/format.ts'
import type { ClientName } from './snippets.ts'

const clients: Record<ClientName, string> = {
  claude_code: 'Claude Code',
  claude_desktop: 'Claude Desktop',
  cursor: 'Cursor',
  vs_code: 'VS Code',
  codex: 'Codex',
  curl: 'curl',
}

const clientHints: Record<ClientName, string> = {
  claude_code: 'Run it in a terminal.',
  claude_desktop:
    'Settings, Developer, Edit config: claude_desktop_config.json. It runs mcp-remote, which needs Node.js.',
  cursor: 'In ~/.cursor/mcp.json, or .cursor/mcp.json of a project. Many other clients read the same.',
  vs_code: 'In .vscode/mcp.json of a project. VS Code asks for the key and keeps it.',
  codex: 'In ~/.codex/config.toml. The key is in the environment variable PARLEY_API_KEY.',
  curl: 'Searches for tools, to see whether the server answers.',
}

const toolsets: Record<McpToolset, string> = {
  conversations: 'Conversations',
  agents: 'Agents and their versions',
  knowledge: 'Knowledge bases',
  operate: 'Statistics, usage, webhooks and audit log',
}

export const mcpTexts = {
  title: 'MCP',
  intro:
    'Assistants and other programs use the API as tools, over the Model Context Protocol, with the rights of their key.',
  off: 'MCP is switched off for this organization, so clients are refused.',
  connect: 'Connect a client',
  connectIntro: 'A client needs the address and a key. What the address names narrows what is offered.',
  offered: 'Tools',
  offeredHint: 'Some clients work better with a few tools, each listed under its own name.',
  everything: 'All that the organization offers',
  toolsets,
  onlyReads: 'Read only',
  onlyReadsHint: 'Calls that change something are refused.',
  address: 'Address',
  client: 'Client',
  clients,
  clientHints,
  snippet: (client: string) => `For ${client}`,
  keys: 'Create a key with as few permissions as the work needs',
  tokens: (organization_id: string) =>
    `With a personal access token instead of a key, also send the header X-Parley-Org: ${organization_id}`,
  settings: 'What is offered',
  settingsIntro:
    'For all clients of the organization, from their next request on. A key or an address can only narrow it.',
  toChange: 'change what is offered',
  enabled: 'Clients may connect',
  enabledHint: 'Switched off, every client of this organization is refused.',
  mode: 'What clients see',
  which: 'Which tools they can call',
  all: 'All that the permissions of their key allow',
  some: 'Only chosen tools',
  noneChosen: 'Choose at least one tool.',
  save: 'Save',
  saved: 'MCP settings saved',
  on: 'On',
  offState: 'Off',
  chosenTools: (count: number) => formatCount(count, 'tool', 'tools'),
  state: 'State',
  yes: 'Yes',
  no: 'No',
  test: 'Try a search',
  testIntro: 'What search_tools finds for a client, by the settings that are saved.',
  testLabel: 'What should it do?',
  examples: ['end a conversation', 'publish a draft', 'add a document', 'who is waiting for a person'],
  results: 'Tools that were found',
  notOffered: 'Not offered',
  needs: (scopes: readonly string[]) => `Needs ${scopes.join(' or ')}`,
} as const
