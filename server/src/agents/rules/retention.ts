// Retention in a configuration: the checks that a schema cannot express, and what it means for a new conversation. Pure.
import { type AgentConfig, redactedKinds } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'
import { max_patterns_size, patternFaults } from '../../redaction/rules/patterns.ts'
import type { Redaction } from '../../redaction/rules/types.ts'
import { isObject } from './config-faults.ts'

/** What a conversation takes over from its version when it begins. */
export interface ResolvedRetention {
  /** Null: its content is kept. */
  content_days: number | null
  /** Null: everything is stored as it was said. */
  redaction: Redaction | null
}

/** Accepts malformed values: faults that the schema finds are not repeated. */
export function retentionFaults(config: Record<string, unknown>, prefix: string): FieldFault[] {
  const { retention } = config
  const rules: unknown = isObject(retention) ? retention['redact'] : null
  if (!Array.isArray(rules)) return []
  const taken = new Set<string>(redactedKinds)
  const room = { left: max_patterns_size }
  return rules.flatMap((rule: unknown, index) => {
    if (!isObject(rule) || typeof rule['name'] !== 'string' || typeof rule['pattern'] !== 'string') return []
    const { name, pattern } = rule as { name: string; pattern: string }
    const faults = patternFaults({ name, pattern }, taken, room)
    taken.add(name)
    return faults.map(({ field, message }) => ({ path: `${prefix}.retention.redact.${index}.${field}`, message }))
  })
}

/** Of a version that was saved before patterns were checked. */
export function storedRuleFaults({ redaction }: ResolvedRetention): FieldFault[] {
  return redaction === null ? [] : retentionFaults({ retention: { redact: redaction.rules } }, 'config')
}

export function resolveRetention({ retention }: Pick<AgentConfig, 'retention'>): ResolvedRetention {
  const rules = [...new Set(retention?.redact ?? [])].map((rule) =>
    typeof rule === 'string' ? rule : { name: rule.name, pattern: rule.pattern },
  )
  return { content_days: retention?.content_days ?? null, redaction: rules.length === 0 ? null : { rules } }
}
