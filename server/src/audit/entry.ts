// An entry of the audit log as data: what callers of `appendAudit` give.
import type { AuditActorType, AuditOutcome, AuditTargetType, AuditVia } from '@parley/contract'
import type { JsonValue } from '../base/json.ts'

export interface AuditActor {
  readonly type: AuditActorType
  readonly id: string | null
  readonly name: string | null
}

export interface AuditTarget {
  readonly type: AuditTargetType
  readonly id: string | null
  readonly name: string | null
}

/** Of a secret only that it changed. */
export type AuditChange =
  | { readonly path: string; readonly from: JsonValue; readonly to: JsonValue }
  | { readonly path: string; readonly changed: true }

/** Where a call came from. */
export interface AuditOrigin {
  readonly via: AuditVia
  readonly request_id: string | null
  readonly address: string | null
  readonly user_agent: string | null
}

export interface NewAuditEntry extends AuditOrigin {
  /** A new UUIDv7. */
  readonly id: string
  /** Null: the installation. */
  readonly organization_id: string | null
  /** An operation's id, or a command such as `parley key create`. */
  readonly action: string
  readonly actor: AuditActor
  readonly on_behalf_of?: AuditActor | null
  readonly target: AuditTarget | null
  /** From `diffStates` or `describeInput` of rules/changes.ts, which leave out secrets and shorten texts. */
  readonly changes?: readonly AuditChange[]
  /** Default `done`. */
  readonly outcome?: AuditOutcome
  /** Of refusals. Default 1. */
  readonly count?: number
}

/** For the command line. */
export const commandOrigin: AuditOrigin = { via: 'cli', request_id: null, address: null, user_agent: null }

/** For what the server does by itself. */
export const systemOrigin: AuditOrigin = { via: 'system', request_id: null, address: null, user_agent: null }

export const systemActor: AuditActor = { type: 'system', id: null, name: null }
