// The configuration of a trigger with all its defaults. Pure. Null means the same as absent.
import {
  type HookMethod,
  type HookSignature,
  type MissedRule,
  type TriggerConfig,
  workflowDefaults as defaults,
} from '@parley/contract'
import { readDedupe } from './listed-expressions.ts'
import type { Schedule } from './schedule-times.ts'

/** Of a request to a webhook. `secret` is the name of a secret. */
export type ResolvedSignature =
  | { type: 'standard_webhooks' | 'github' | 'stripe' | 'slack'; secret: string }
  | {
      type: 'hmac'
      secret: string
      header: string
      algorithm: 'sha256' | 'sha1' | 'sha512'
      encoding: 'hex' | 'base64'
      prefix: string
    }

/** Null, where a list or an id may be: all. */
export type ResolvedTrigger =
  | { type: 'manual' | 'ongoing_conversation' }
  | { type: 'timer'; schedule: Schedule; missed: MissedRule; overlap: 'allow' | 'skip' }
  | {
      type: 'webhook'
      methods: HookMethod[]
      signature: ResolvedSignature | null
      /** Null: by the id of the signature's scheme, if it has one. */
      dedupe: { header: string } | { expression: string } | null
      dedupe_hours: number
      respond: 'accepted' | 'result'
    }
  | { type: 'event'; events: string[]; agent_id: string | null; filter: string | null }
  | {
      type: 'post_call'
      agent_ids: string[] | null
      channels: string[] | null
      custom_metadata: Record<string, unknown> | null
    }
  | { type: 'pre_call'; agent_ids: string[] | null }

/** Of a trigger without problems. */
export function resolveTrigger(config: TriggerConfig): ResolvedTrigger {
  switch (config.type) {
    case 'manual':
    case 'ongoing_conversation':
      return { type: config.type }
    case 'timer':
      return {
        type: 'timer',
        schedule: { cron: config.cron ?? '', timezone: config.timezone ?? defaults.timer.timezone },
        missed: config.missed ?? defaults.timer.missed,
        overlap: config.overlap ?? defaults.timer.overlap,
      }
    case 'webhook':
      return {
        type: 'webhook',
        methods: [...new Set(config.methods ?? defaults.webhook.methods)],
        signature: config.signature ? resolveSignature(config.signature) : null,
        dedupe: isBlank(config.dedupe) ? null : readDedupe(config.dedupe!),
        dedupe_hours: config.dedupe_hours ?? defaults.webhook.dedupe_hours,
        respond: config.respond ?? defaults.webhook.respond,
      }
    case 'event':
      return {
        type: 'event',
        events: config.events ?? [],
        agent_id: config.agent_id ?? null,
        filter: isBlank(config.filter) ? null : config.filter!,
      }
    case 'post_call':
      return {
        type: 'post_call',
        agent_ids: config.agent_ids ?? null,
        channels: config.channels ?? null,
        custom_metadata: config.custom_metadata ?? null,
      }
    case 'pre_call':
      return { type: 'pre_call', agent_ids: config.agent_ids ?? null }
  }
}

const isBlank = (text: string | null | undefined) => (text ?? '').trim() === ''

function resolveSignature(signature: HookSignature): ResolvedSignature {
  const secret = signature.secret ?? ''
  if (signature.type !== 'hmac') return { type: signature.type, secret }
  return {
    type: 'hmac',
    secret,
    header: (signature.header ?? '').toLowerCase(),
    algorithm: signature.algorithm ?? defaults.signature.algorithm,
    encoding: signature.encoding ?? defaults.signature.encoding,
    prefix: signature.prefix ?? defaults.signature.prefix,
  }
}
