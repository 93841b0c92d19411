// Validates the configuration of a widget (`config.v1`), brings it into its stored form, and lists what has no effect. Pure.
import { WebWidgetConfig, reservedFieldIds, reservedFieldPrefixes, without_effect } from '@parley/contract'
import { type Schema, isObject, tellingOf } from '../../agents/rules/config-faults.ts'
import { emptyLongLists } from '../../agents/rules/config-sizes.ts'
import { listWarnings } from '../../agents/rules/config-warnings.ts'
import { formFaults } from '../../agents/rules/tool-faults.ts'
import { type FieldFault, describeFaults, limitFaults } from '../../base/faults.ts'
import { type JsonObject, canonicalJson } from '../../base/json.ts'
import { faultsOfSize } from '../../base/json-size.ts'
import { createErrorFinders } from '../../base/validation.ts'
import { normalizeDomain } from './domains.ts'

type Config = Record<string, unknown>

const schema = WebWidgetConfig as unknown as Schema
const max_errors = 10_000
const findErrors = createErrorFinders(
  { verbose: true, strict: true, allowUnionTypes: true, keywords: [without_effect] },
  max_errors,
)(WebWidgetConfig)

const prefix = 'config'

/** Without faults, `config` is in its stored form. */
export interface ConfigVerdict {
  faults: FieldFault[]
  config: JsonObject
}

export function validateWidgetConfig(value: unknown, max_bytes: number): ConfigVerdict {
  const refuse = (faults: FieldFault[]) => ({ faults, config: {} })
  if (!isObject(value)) return refuse([{ path: prefix, message: 'must be an object' }])
  const oversize = faultsOfSize(prefix, value, max_bytes)
  if (oversize.length > 0) return refuse(oversize)
  const { config, faults } = emptyLongLists(value, schema, prefix)
  const errors = findErrors(config)
  const found = [...faults, ...describeFaults(errors, tellingOf(errors, prefix)), ...ruleFaults(config)]
  return found.length > 0 ? refuse(firstOfEach(found)) : { faults: [], config: toStoredForm(value) }
}

/** Of a stored configuration. */
export function listConfigWarnings(config: Config): string[] {
  const warnings = listWarnings(config, schema, prefix)
  if (config['default_mode'] === 'voice') {
    warnings.push(`${prefix}.default_mode voice acts as text: widgets have no voice yet`)
  }
  return warnings
}

function firstOfEach(found: FieldFault[]): FieldFault[] {
  const faults = new Map<string, FieldFault>()
  for (const fault of found) if (!faults.has(fault.path)) faults.set(fault.path, fault)
  return limitFaults([...faults.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)))
}

/** What a schema cannot say. Accepts malformed values: faults that the schema finds are not repeated. */
function ruleFaults(config: Config): FieldFault[] {
  const { chat, trigger, post_conversation_feedback: feedback } = config
  return [
    ...faultsOfForm(config['pre_conversation_form'], `${prefix}.pre_conversation_form`),
    ...(isObject(feedback) ? faultsOfForm(feedback['form'], `${prefix}.post_conversation_feedback.form`) : []),
    ...(isObject(chat) ? pictureFaults(chat['avatar_url'], `${prefix}.chat.avatar_url`) : []),
    ...(isObject(trigger) ? pictureFaults(trigger['icon_url'], `${prefix}.trigger.icon_url`) : []),
    ...questionFaults(config),
    ...hostFaults(config['image_hosts']),
    ...localeFaults(config),
  ]
}

function faultsOfForm(form: unknown, path: string): FieldFault[] {
  if (!isObject(form)) return []
  const fields = Array.isArray(form['fields']) ? form['fields'] : []
  const reserved = fields.flatMap((field: unknown, index) => {
    if (!isObject(field) || !isReserved(field['id'])) return []
    return [{ path: `${path}.fields.${index}.id`, message: 'is reserved; choose another id' }]
  })
  return [...formFaults({ path, value: form }), ...reserved]
}

/** `__proto__` would get lost where values become an object. */
const reserved_ids: ReadonlySet<unknown> = new Set([...reservedFieldIds, '__proto__'])

function isReserved(id: unknown): boolean {
  if (typeof id !== 'string') return false
  return reserved_ids.has(id) || reservedFieldPrefixes.some((start) => id.startsWith(start))
}

/** Its origin comes into the policy of the frame. */
function pictureFaults(address: unknown, path: string): FieldFault[] {
  if (typeof address !== 'string') return []
  const url = URL.parse(address)
  const isPicture = url && normalizeDomain(url.origin) === url.origin && url.protocol === 'https:' && !url.username
  return isPicture ? [] : [{ path, message: 'must be the https address of a picture' }]
}

const question_names = ['suggested_questions', 'suggestedQuestions'] as const

function questionFaults(config: Config): FieldFault[] {
  const faults = question_names.flatMap((name) => {
    const list = config[name]
    if (!Array.isArray(list)) return []
    return list.flatMap((item: unknown, index) => {
      const isFault = isObject(item) && readQuestion(item).trim() === ''
      return isFault ? [{ path: `${prefix}.${name}.${index}`, message: 'must be a text, {text} or {question}' }] : []
    })
  })
  const [one, other] = question_names.map((name) => config[name])
  if (faults.length > 0 || !Array.isArray(one) || !Array.isArray(other)) return faults
  const isSame = canonicalJson(one.map(readQuestion)) === canonicalJson(other.map(readQuestion))
  return isSame ? [] : [{ path: `${prefix}.suggestedQuestions`, message: 'differs from suggested_questions; send one' }]
}

function readQuestion(item: unknown): string {
  if (!isObject(item)) return String(item)
  const text = item['text'] ?? item['question']
  return typeof text === 'string' ? text : ''
}

function hostFaults(hosts: unknown): FieldFault[] {
  if (!Array.isArray(hosts)) return []
  return hosts.flatMap((host: unknown, index) => {
    if (typeof host !== 'string' || normalizeHost(host) !== null) return []
    return [{ path: `${prefix}.image_hosts.${index}`, message: 'must be a host such as cdn.example.com, or *' }]
  })
}

/** A host, with its port unless it is that of https. `*` alone: any. */
function normalizeHost(text: string): string | null {
  if (text.trim() === '*') return '*'
  const domain = normalizeDomain(text)
  return domain?.startsWith('https://') ? domain.slice('https://'.length) : null
}

function localeFaults({ locales, default_locale: locale }: Config): FieldFault[] {
  if (!Array.isArray(locales) || typeof locale !== 'string' || locales.includes(locale)) return []
  return [{ path: `${prefix}.default_locale`, message: 'must be one of locales' }]
}

/** The one form of what can be sent in several. Unknown keys stay. */
function toStoredForm({ suggestedQuestions, ...config }: Config): JsonObject {
  const questions = config['suggested_questions'] ?? suggestedQuestions
  const { trigger, image_hosts: hosts } = config
  return {
    ...config,
    ...(Array.isArray(questions) ? { suggested_questions: questions.map(readQuestion) } : {}),
    ...(isObject(trigger) && typeof trigger['position'] === 'string'
      ? { trigger: { ...trigger, position: trigger['position'].replace('_', '-') } }
      : {}),
    ...(Array.isArray(hosts) ? { image_hosts: [...new Set((hosts as string[]).map(normalizeHost))] } : {}),
  } as JsonObject
}
