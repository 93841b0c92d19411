// The audit log of an organization: who changed what, when, and from where.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { JsonAny, Id, Timestamp, named, nullable, oneOf, pageOf, pageQuery, timestampFilter } from '../schema.ts'
import { auditActorTypes, auditOutcomes, auditTargetTypes, auditVias } from './words.ts'

export const AuditActor = named(
  'AuditActor',
  Type.Object({
    type: oneOf(auditActorTypes, '`operator`: the command line on the server’s machine; `unknown`: proven by nothing.'),
    id: nullable(Type.String({ description: 'Of `unknown` the network address.' })),
    name: nullable(Type.String()),
  }),
)

export const AuditTarget = named(
  'AuditTarget',
  Type.Object({
    type: oneOf(auditTargetTypes),
    id: nullable(Type.String()),
    name: nullable(Type.String({ description: 'At that time.' })),
  }),
)

export const AuditChange = named(
  'AuditChange',
  Type.Object({
    path: Type.String({ description: 'Such as `versions.3.config.instructions`.' }),
    from: Type.Optional(
      Type.Unsafe<unknown>({
        ...JsonAny,
        description: 'Null: it was not there. Of a text over 1 KiB `sha256:` and its hash.',
      }),
    ),
    to: Type.Optional(Type.Unsafe<unknown>({ ...JsonAny, description: 'Null: it is gone.' })),
    changed: Type.Optional(Type.Literal(true, { description: 'Of a secret, instead of `from` and `to`.' })),
  }),
)

export const AuditEntry = named(
  'AuditEntry',
  Type.Object({
    id: Id,
    organization_id: nullable({ ...Id, description: 'Null: of the installation.' }),
    sequence: Type.Integer({ description: '1, 2, 3 … within the organization, without gaps.' }),
    occurred_at: Timestamp,
    action: Type.String({
      description: 'The operation, such as `updateAgent`, or the command, such as `parley key create`.',
    }),
    actor: AuditActor,
    on_behalf_of: nullable(AuditActor),
    target: nullable(AuditTarget),
    outcome: oneOf(auditOutcomes, '`refused`: a 403, or a failed sign-in; at most one entry a minute for an actor.'),
    count: Type.Integer({ description: 'How many refusals the entry is about; otherwise 1.' }),
    changes: Type.Array(AuditChange),
    changes_omitted: Type.Integer({ description: 'How many more changes there were than fit into 64 KiB.' }),
    request_id: nullable(Type.String()),
    address: nullable(Type.String({ description: 'Of the client.' })),
    user_agent: nullable(Type.String()),
    via: oneOf(auditVias, '`console`: a session.'),
    hash: Type.String({
      description:
        'SHA-256, in hexadecimal, of the bytes of the previous entry’s hash and of this entry without `hash` as JSON with sorted keys. Before the first one are 32 zero bytes.',
    }),
  }),
)
export type AuditEntry = Static<typeof AuditEntry>

const filters = {
  actor_id: Type.Optional(Type.String({ maxLength: 200 })),
  action: Type.Optional(Type.String({ maxLength: 100 })),
  target_type: Type.Optional(oneOf(auditTargetTypes)),
  target_id: Type.Optional(Type.String({ maxLength: 200 })),
  via: Type.Optional(oneOf(auditVias)),
  outcome: Type.Optional(oneOf(auditOutcomes)),
  after: timestampFilter('Only entries after this time.'),
  before: timestampFilter('Only entries before this time.'),
}

const tag = 'Access'
const manage = ['organizations:manage'] as const

export const auditOperations = {
  listAuditLog: defineOperation({
    id: 'listAuditLog',
    method: 'GET',
    path: '/admin/audit-log',
    tag,
    summary: 'List the entries of the audit log, newest first',
    description:
      'Each change outside conversations has one entry, written in the same commit; entries never change. They are kept for PARLEY_AUDIT_DAYS.',
    access: manage,
    narrowed: false,
    audit: false,
    query: Type.Object({ ...pageQuery, ...filters }),
    success: { status: 200, description: 'A page of entries.', schema: pageOf(AuditEntry) },
    errors: [],
  }),
  exportAuditLog: defineOperation({
    id: 'exportAuditLog',
    method: 'GET',
    path: '/admin/audit-log/export',
    tag,
    summary: 'Download the entries of the audit log, oldest first',
    description:
      'As of now, as lines of JSON or as CSV, in which cells that a spreadsheet would calculate begin with an apostrophe. The lines of an organization that were not filtered can be verified: each `hash` follows from the one before.',
    access: manage,
    narrowed: false,
    audit: { target: 'audit_log' },
    cost: 10,
    query: Type.Object({ format: Type.Optional(oneOf(['ndjson', 'csv'], 'Default `ndjson`.')), ...filters }),
    success: { status: 200, description: 'The entries.' },
    answer: { kind: 'file', media_types: ['application/x-ndjson', 'text/csv'] },
    errors: ['too_many_audit_entries'],
  }),
}
