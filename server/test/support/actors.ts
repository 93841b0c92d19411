// Further callers besides the first organization's admin: other organizations, users, and keys with fewer scopes.
import { type Role, type Scope, scopes } from '@parley/contract'
import type { Client } from '@parley/sdk'
import { createOrganization, createTokenForUser, createUser } from '../../src/access/administration.ts'
import { systemPorts } from '../../src/base/ports.ts'
import type { TestServer } from './server.ts'

export interface Organization {
  id: string
  /** A key of its admin. */
  key: string
  client: Client
}

/** Another organization in the same database. */
export async function makeOrganization(
  server: TestServer,
  name = `Other ${systemPorts.newId()}`,
): Promise<Organization> {
  const administration = { database: server.database, ports: systemPorts }
  const { organization, secret } = await createOrganization(administration, { name })
  return { id: organization.id, key: secret, client: server.as({ token: secret }) }
}

export interface User {
  user_id: string
  /** A personal access token. */
  token: string
}

/** A new user who is a member of the organization. */
export async function makeUser(server: TestServer, organization: string, role: Role = 'admin'): Promise<User> {
  const administration = { database: server.database, ports: systemPorts }
  const email = `user-${systemPorts.newId()}@example.test`
  const { user_id } = await createUser(administration, { email, organization, role })
  return { user_id, token: (await createTokenForUser(administration, { email })).secret }
}

/** A key of the first organization with only these scopes, or with all except these. */
export async function makeKey(server: TestServer, power: { only: Scope[] } | { without: readonly Scope[] }) {
  const held = 'only' in power ? power.only : scopes.filter((scope) => !power.without.includes(scope))
  return (await server.client.createOrganizationKey({ name: 'Key', scopes: held })).pat_key
}

/** A key of the first organization that is restricted to these agents. */
export async function makeNarrowedKey(server: TestServer, agent_ids: string[]) {
  return (await server.client.createOrganizationKey({ name: 'Narrowed key', agent_ids })).pat_key
}
