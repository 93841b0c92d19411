// The changes that make the server match a file. Pure.
import { type AgentDefinition, type JsonObject, isSameJson } from './agent.ts'
import { type AgentState, definitionOf, metadataFor } from './server-agents.ts'

export interface AgentChanges {
  isNew: boolean
  /** Fields of the agent itself; only those that differ. */
  fields: Partial<Pick<AgentDefinition, 'name' | 'description' | 'active' | 'is_demo' | 'metadata'>>
  needsVersion: boolean
  needsPublishing: boolean
}

/** `state` is null if the server has no such agent. */
export function planChanges(wanted: AgentDefinition, state: AgentState | null, publish: boolean): AgentChanges {
  const needsVersion = wanted.config !== null && !hasVersion(wanted, state)
  const needsPublishing = publish && wanted.config !== null && (needsVersion || !state?.newest?.published)
  return {
    isNew: state === null,
    fields: state === null ? {} : planFields(wanted, state),
    needsVersion,
    needsPublishing,
  }
}

/** Only the newest version counts: an older one with the same content is history. */
function hasVersion(
  { config, instruction_builder_inputs: inputs }: AgentDefinition,
  state: AgentState | null,
): boolean {
  const newest = state?.newest
  return newest != null && isSameJson(newest.config, config) && isSameJson(newest.instruction_builder_inputs, inputs)
}

function planFields(wanted: AgentDefinition, state: AgentState): AgentChanges['fields'] {
  const current: JsonObject = { ...definitionOf(state), metadata: state.agent.metadata }
  const { name, description, active, is_demo } = wanted
  const fields = { name, description, active, is_demo, metadata: metadataFor(wanted, state.agent) }
  return Object.fromEntries(Object.entries(fields).filter(([field, value]) => !isSameJson(value, current[field])))
}

export function isChange({ isNew, fields, needsVersion, needsPublishing }: AgentChanges): boolean {
  return isNew || needsVersion || needsPublishing || Object.keys(fields).length > 0
}

/** As in `new agent`, `new version 1`, `publish version 1`. */
export function listChanges(changes: AgentChanges, newest_version: number): string[] {
  const { isNew, fields, needsVersion, needsPublishing } = changes
  const version = `version ${newest_version + (needsVersion ? 1 : 0)}`
  return [
    ...(isNew ? ['new agent'] : []),
    ...(Object.keys(fields).length > 0 ? [`change ${Object.keys(fields).join(', ')}`] : []),
    ...(needsVersion ? [`new ${version}`] : []),
    ...(needsPublishing ? [`publish ${version}`] : []),
  ]
}
