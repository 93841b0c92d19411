// What contract.test.ts knows of the operations of the MCP server's settings.
import type { mcpOperations } from '@parley/contract'
import type { EntriesOf } from '../contract/entries.ts'

export const entries: EntriesOf<typeof mcpOperations> = {
  getMcpSettings: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  listMcpTools: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  updateMcpSettings: { input: () => ({ mode: 'discovery' }), outsider: 'own' },
}
