// Knowledge bases in a configuration: which datasets it names, its templates, and what it means with all defaults. Pure.
import { type AgentConfig, type Channel, agentDefaults } from '@parley/contract'
import { type JsonObject, canonicalJson } from '../../base/json.ts'
import { isObject } from './config-faults.ts'
import { type PlacedText, listActionsOfTools, listTexts } from './tool-faults.ts'

export interface ResolvedKnowledgeBase {
  dataset_id: string
  top_n: number
  min_score: number | null
  /** Its texts are templates. */
  filter: JsonObject | null
}

export interface ResolvedRetrieval {
  implicit: boolean
  timeout_ms: number
  max_chunks: number
  max_characters: number
  window_messages: number
  rerank: boolean
  citations: boolean
  instructions: string | null
}

export interface ResolvedKnowledge {
  /** Those that are enabled, each dataset once. */
  knowledge_bases: ResolvedKnowledgeBase[]
  retrieval: ResolvedRetrieval
  search_knowledge: { description: string } | null
}

const calls: ReadonlySet<Channel> = new Set<Channel>(['telephone', 'webrtc'])

export function resolveKnowledge(config: AgentConfig, channel: Channel): ResolvedKnowledge {
  const { retrieval: defaults, search_knowledge, knowledge_base } = agentDefaults
  const given = config.retrieval ?? {}
  const bases = new Map<string, ResolvedKnowledgeBase>()
  for (const { dataset_id: named, top_n, enabled, min_score, filter } of config.knowledge_bases ?? []) {
    const dataset_id = named.toLowerCase()
    if (!(enabled ?? knowledge_base.enabled) || bases.has(dataset_id)) continue
    const rest = { min_score: min_score ?? null, filter: (filter ?? null) as JsonObject | null }
    bases.set(dataset_id, { dataset_id, top_n: top_n ?? knowledge_base.top_n, ...rest })
  }
  const tool = config.built_in_tools?.search_knowledge
  return {
    knowledge_bases: [...bases.values()],
    retrieval: {
      implicit: given.implicit ?? defaults.implicit,
      timeout_ms: given.timeout_ms ?? (calls.has(channel) ? defaults.timeout_ms_of_calls : defaults.timeout_ms),
      max_chunks: given.max_chunks ?? defaults.max_chunks,
      max_characters: given.max_characters ?? defaults.max_characters,
      window_messages: given.window_messages ?? defaults.window_messages,
      rerank: given.rerank ?? defaults.rerank,
      citations: given.citations ?? defaults.citations,
      instructions: given.instructions ?? null,
    },
    search_knowledge:
      (tool?.enabled ?? search_knowledge.enabled)
        ? { description: tool?.description ?? search_knowledge.description }
        : null,
  }
}

/** Texts of filters; malformed values have none. */
export function listFilterTemplates(config: Record<string, unknown>, prefix: string): PlacedText[] {
  return basesOf(config, prefix).flatMap(({ path, value: { filter } }) =>
    isObject(filter) ? listTexts(filter, `${path}.filter`) : [],
  )
}

export interface NamedDataset {
  /** The field that names it. */
  path: string
  dataset_id: string
  /** What of it is searched; null: everything. */
  filter: JsonObject | null
}

/** Every dataset that a configuration names. Accepts malformed values. */
export function listDatasets(config: Record<string, unknown>, prefix: string): NamedDataset[] {
  const bases = basesOf(config, prefix).flatMap(({ path, value: { dataset_id, filter } }) =>
    named(`${path}.dataset_id`, dataset_id, isObject(filter) ? (filter as JsonObject) : null),
  )
  const actions = listActionsOfTools(config, prefix).filter(({ value: { type } }) => type === 'knowledge_base')
  const searched = actions.flatMap(({ path, value: { dataset_id, dataset_ids } }) => [
    ...named(`${path}.dataset_id`, dataset_id),
    ...(Array.isArray(dataset_ids) ? dataset_ids : []).flatMap((id, index) =>
      named(`${path}.dataset_ids.${index}`, id),
    ),
  ])
  return [...bases, ...searched]
}

function named(path: string, dataset_id: unknown, filter: JsonObject | null = null): NamedDataset[] {
  return typeof dataset_id === 'string' ? [{ path, dataset_id, filter }] : []
}

/** The first that reads more than what is held: of each dataset everything, or what the same filter lets through. */
export function findWider(
  wanted: readonly NamedDataset[],
  held: readonly Omit<NamedDataset, 'path'>[],
): NamedDataset | undefined {
  const keyOf = (dataset_id: string, filter: JsonObject | null) =>
    `${dataset_id.toLowerCase()} ${canonicalJson(filter)}`
  const known = new Set(held.map(({ dataset_id, filter }) => keyOf(dataset_id, filter)))
  return wanted.find(
    ({ dataset_id, filter }) => !known.has(keyOf(dataset_id, null)) && !known.has(keyOf(dataset_id, filter)),
  )
}

function basesOf({ knowledge_bases: bases }: Record<string, unknown>, prefix: string) {
  if (!Array.isArray(bases)) return []
  return bases.flatMap((value: unknown, index) =>
    isObject(value) ? [{ path: `${prefix}.knowledge_bases.${index}`, value }] : [],
  )
}
