// The workflows, agents and triggers of a run, made before its servers die.
import { type Client, createClient } from '@parley/sdk'
import { publishAgent } from '../../support/server.ts'
import { goLive, publishWorkflow } from '../../workflows/fixture.ts'
import { admin_key, startKillNode } from '../child.ts'
import { definitionsOf } from './definitions.ts'
import type { FlowAgents } from './records.ts'

export interface Flows {
  definitions: ReturnType<typeof definitionsOf>
  /** The ids of published workflows. */
  ids: Record<'effects' | 'pausing' | 'lined' | 'slow' | 'quick', string>
  /** Of a live webhook. */
  hook: { workflow_id: string; token: string }
  agents: FlowAgents
  /** A tool of agents that executes a workflow. */
  tool: object
}

export const flow_tool = 'flow'

export async function prepareFlows(environment: Record<string, string>, peer: string): Promise<Flows> {
  await using node = startKillNode(environment)
  const client = createClient({ base_url: (await node.ready).url, token: admin_key })
  const definitions = definitionsOf(peer)
  const publish = (name: 'effects' | 'pausing' | 'lined' | 'slow' | 'quick' | 'before') =>
    publishWorkflow(client, definitions[name])
  const [effects, pausing, lined, slow, quick, before] = await Promise.all(
    (['effects', 'pausing', 'lined', 'slow', 'quick', 'before'] as const).map(publish),
  )
  const hook = await goLive(client, definitions.hooked)
  // Another version, so that going live changes something.
  const { workflow_id } = hook
  await client.createWorkflowVersion({ workflow_id, base_version: 1 })
  await client.publishWorkflowVersion({ workflow_id, version: '2' })
  await goLive(client, definitions.everyMinute)
  const agents = await prepareAgents(client, before!, quick!)
  await goLive(client, definitions.listening(agents.listening))
  await goLive(client, definitions.following(agents.following))
  return {
    definitions,
    ids: { effects: effects!, pausing: pausing!, lined: lined!, slow: slow!, quick: quick! },
    hook,
    agents,
    tool: flowTool(quick!),
  }
}

async function prepareAgents(client: Client, before: string, quick: string): Promise<FlowAgents> {
  const around = await publishAgent(client, {
    tools: [flowTool(quick)],
    pre_conversation_workflow: { workflow_id: before },
    post_conversation_workflow: { workflow_id: quick },
  })
  const [listening, following] = await Promise.all([publishAgent(client), publishAgent(client)])
  return { around: around.agent_id, listening: listening.agent_id, following: following.agent_id }
}

const flowTool = (workflow_id: string) => ({
  name: flow_tool,
  description: 'Does something in several steps.',
  properties: { what: { type: 'string' } },
  required: ['what'],
  actions: [{ type: 'workflow', workflow_id, input: { n: '{{ what }}' }, save_as: 'flow' }],
})
