// Shared by the tests of access: a database, organizations with keys, and contexts like those of http.
import { operations } from '@parley/contract'
import { pino } from 'pino'
import { expect } from 'vitest'
import type { Access } from '../../src/calls/access.ts'
import { createOrganization, createTokenForUser, createUser } from '../../src/access/administration.ts'
import { authenticate } from '../../src/access/authenticate.ts'
import { createStandings } from '../../src/access/standing.ts'
import { createConversationTokens } from '../../src/access/conversation-token.ts'
import { readConfig } from '../../src/settings.ts'
import type { Context, PublicContext, UserContext } from '../../src/calls/context.ts'
import type { Core } from '../../src/calls/core.ts'
import { openStore } from '../../src/database/store.ts'
import { AppError } from '../../src/base/errors.ts'
import { authorize } from '../../src/calls/rules/authorize.ts'
import { systemOrigin } from '../../src/audit/entry.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { createTestDatabase } from '../support/database.ts'

export type Fixture = Awaited<ReturnType<typeof createFixture>>

export async function createFixture() {
  const { database, connection_string, ...rest } = await createTestDatabase()
  const ports = systemPorts
  const config = readConfig({})
  const log_lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => log_lines.push(line) })
  const tokens = createConversationTokens(Buffer.alloc(32, 1), ports.clock)
  // The operations called here use nothing else.
  const core = { config, ports, database } as unknown as Core
  const administration = { database, ports }
  const standings = createStandings(database, ports.clock)
  const authentication = { database, tokens, standings, log }
  const shared: PublicContext = {
    core,
    room: null,
    request_id: 'request',
    log,
    edge: null,
    depth: 0,
    origin: systemOrigin,
  }

  function contextOf(access: Access): Context {
    const store = openStore(database, access.organization_id)
    const audited: Context['audited'] = (work) => store.transaction(work)
    return { ...shared, access, accepts_stream: false, key: null, store, audited }
  }
  const identify = (bearer: string, organization_header?: string) =>
    authenticate(authentication, { authorization: `Bearer ${bearer}`, organization_header })
  return {
    database,
    connection_string,
    ports,
    log,
    log_lines,
    tokens,
    administration,
    authentication,
    /** The principal of a bearer, with the organization in the header. */
    identify,
    /** The context of a call within an organization. */
    async enter(bearer: string, organization_header?: string): Promise<Context> {
      const principal = await identify(bearer, organization_header)
      authorize(operations.getMyScopes, principal)
      if (principal.kind !== 'member') expect.fail('the principal is not a member')
      return contextOf(principal.access)
    },
    contextOf,
    /** The context of a call about the user themselves. */
    async enterAsUser(bearer: string): Promise<UserContext> {
      const principal = await identify(bearer)
      authorize(operations.listPersonalAccessTokens, principal)
      if (principal.kind !== 'user') expect.fail('the principal is not a user')
      return { ...shared, user: principal.user, minter: principal.minter }
    },
    async makeOrganization() {
      const { organization, secret } = await createOrganization(administration, { name: `Test ${ports.newId()}` })
      return { ...organization, key: secret }
    },
    async makeMember(organization: string, role: 'admin' | 'viewer' = 'admin') {
      const email = `user-${ports.newId()}@example.test`
      const member = await createUser(administration, { email, organization, role })
      return { ...member, token: (await createTokenForUser(administration, { email })).secret }
    },
    [Symbol.asyncDispose]: rest[Symbol.asyncDispose],
  }
}

/** The refusal of a call, in the form of the API. */
export async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    () => expect.fail('the call was not refused'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw error
  return { error: error.error, detail: error.message, errors: error.fields.errors }
}
