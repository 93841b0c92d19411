// The manifest of access: credentials, members, the organization, and signing in.
import { accessOperations, invitationOperations, signInOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Auditing } from '../calls/audited.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { Lookup } from '../outbound/names.ts'
import type { AccessServices } from './services.ts'
import { createConversationTokens } from './conversation-token.ts'
import { auditing } from './audited-targets.ts'
import * as keysAndMembers from './operations.ts'
import * as invitations from './sign-in/invitations.ts'
import * as received from './sign-in/received-invitations.ts'
import { createStandings } from './standing.ts'
import * as openIdSignIn from './sign-in/openid-operations.ts'
import { openIdOf } from './sign-in/identity-provider.ts'
import * as sessions from './sign-in/operations.ts'
import { createPasswords } from './sign-in/passwords.ts'
import { signInWork } from './sign-in/work.ts'
import { purges } from './purge.ts'

const group = { ...accessOperations, ...invitationOperations, ...signInOperations }

export interface AccessOptions {
  secret_key: Buffer
  lookup: Lookup
}

export function createAccess(
  { config, database, ports }: Core,
  { secret_key, lookup }: AccessOptions,
): Room<typeof group> & AccessServices & { auditing: Auditing } {
  const own: AccessServices = {
    passwords: createPasswords(ports),
    openid: openIdOf(config, { clock: ports.clock, lookup }),
    tokens: createConversationTokens(secret_key, ports.clock),
    standings: createStandings(database, ports.clock),
  }
  const handlers = { ...keysAndMembers, ...invitations, ...received, ...sessions, ...openIdSignIn }
  const work = [signInWork(database, config.sign_in.idle_minutes)]
  return { name: 'access', purges, operations: bindRoom(own, group, handlers), work, auditing, ...own }
}
