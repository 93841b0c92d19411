// Every operation of the contract and what carries it out; an operation without one does not compile.
import * as access from './access/operations.ts'
import * as invitations from './access/sign-in/invitations.ts'
import * as openid from './access/sign-in/openid-operations.ts'
import * as signIn from './access/sign-in/operations.ts'
import * as agents from './agents/operations.ts'
import * as analysis from './analysis/operations.ts'
import * as authoring from './authoring/operations.ts'
import type { Handlers } from './calls/context.ts'
import * as conversations from './conversations/operations.ts'
import { streamConversationEvents } from './events/operations.ts'
import { listConversationChanges } from './feed/operations.ts'
import * as secrets from './secrets/operations.ts'
import * as statistics from './statistics/operations.ts'
import * as system from './system/operations.ts'
import * as webhooks from './webhooks/operations.ts'

const events = { streamConversationEvents, listConversationChanges }

export const handlers: Handlers = {
  ...system,
  ...conversations,
  ...events,
  ...analysis,
  ...agents,
  ...authoring,
  ...access,
  ...invitations,
  ...signIn,
  ...openid,
  ...webhooks,
  ...secrets,
  ...statistics,
}
