// The files of an agent. Pure.
import { AgentConfig } from '@parley/contract/agent-config'
import { type Schema, orderKeys } from '../files/order-keys.ts'
import { Reference } from '../files/references.ts'
import { type Format, type RenderedFile, isFileText, renderText } from '../files/text.ts'
import type { JsonObject } from '../files/values.ts'
import type { AgentDefinition } from './agent.ts'

/** The texts that get their own file, with the name of that file. */
const ownFiles = { instructions: 'instructions.md', guardrails: 'guardrails.md' }

const schema = AgentConfig as unknown as Schema

export function renderAgent(agent: AgentDefinition, format: Format): RenderedFile[] {
  const texts: RenderedFile[] = []
  const config = agent.config && (orderKeys(agent.config, schema) as JsonObject)
  if (config && format === 'yaml') {
    for (const [field, name] of Object.entries(ownFiles)) {
      const text = Object.hasOwn(config, field) ? config[field] : undefined
      if (!isFileText(text)) continue
      texts.push({ name, text: `${text}\n` })
      config[field] = new Reference('file', name)
    }
  }
  const content = {
    key: agent.key,
    name: agent.name,
    ...(agent.description === null ? {} : { description: agent.description }),
    ...(agent.active ? {} : { active: false }),
    ...(agent.is_demo ? { is_demo: true } : {}),
    ...(Object.keys(agent.metadata).length === 0 ? {} : { metadata: orderKeys(agent.metadata) }),
    ...(config === null ? {} : { config }),
    ...(agent.instruction_builder_inputs === null
      ? {}
      : { instruction_builder_inputs: orderKeys(agent.instruction_builder_inputs) }),
  }
  return [...texts, { name: `agent.${format}`, text: renderText(content, format) }]
}
