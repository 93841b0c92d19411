// Calls a tool of a connection, whichever kind it has; and lists the tools of one.
import type { Core } from '../../../calls/core.ts'
import { later } from '../../../base/later.ts'
import { type Store, openReservedStore } from '../../../database/store.ts'
import { createRedactor } from '../../../secrets/rules/redact.ts'
import { type Secrets, readSecrets } from '../../../secrets/secrets.ts'
import { isAllowed } from '../../rules/connection-tools.ts'
import { StepFailure } from '../failure.ts'
import { createConnectionAuths } from './auth.ts'
import { callOperation, listOperations, unknownTool } from './http-connection.ts'
import { callParley, listParleyTools } from './parley.ts'
import { parley_connection } from '../../rules/parley-tools.ts'
import type { CallApp } from '../visit-run.ts'
import type { FindConnection, StoredConnection, ToolOfConnection } from './port.ts'

export interface Apps {
  callApp: CallApp
  /** All of its tools. Throws a `StepFailure` if its server does not tell them. */
  listTools(store: Store, connection: StoredConnection, signal: AbortSignal): Promise<ToolOfConnection[]>
  /** Of the built-in connection. */
  listParleyTools(): ToolOfConnection[]
}

type Services = Pick<Core, 'outbound' | 'ports' | 'database' | 'sealers' | 'invoke' | 'log'>

export function createApps(core: Services, findConnection: FindConnection, answer_bytes: number): Apps {
  const { outbound, ports, database } = core
  const { clock } = ports
  const auths = createConnectionAuths({ outbound, clock })
  // The client is large, and most servers need none.
  const loadMcp = later(async () => {
    const { McpConnections } = await import('./mcp-connection.ts')
    return new McpConnections({ outbound, clock, auths, answer_bytes })
  })
  return {
    async callApp(run, name, call) {
      if (name === parley_connection) return callParley(core, run, call)
      const store = openReservedStore(database, run.attempt.execution.organization_id)
      const connection = await findConnection(store, name)
      if (!connection) throw new StepFailure('app_failed', `There is no connection "${name}".`)
      if (!isAllowed(connection.config, call.tool)) throw unknownTool(connection, call.tool)
      if (connection.config.kind === 'http') return callOperation(auths, run, connection, call)
      return (await loadMcp()).call(run, connection, call)
    },
    async listTools(store, connection, signal) {
      const { config, id: connection_id } = connection
      const secrets: Secrets = await readSecrets(core, store)
      const context = {
        ...{ organization_id: store.organization_id, connection_id, redactor: createRedactor(secrets), signal },
        begin: async () => {},
      }
      if (config.kind === 'http') return listOperations(connection)
      // Those that are not allowed are told, too.
      return (await loadMcp()).list({ ...connection, config: { ...config, allowed_tools: null } }, context)
    },
    listParleyTools,
  }
}
