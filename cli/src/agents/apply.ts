// `parley agents apply`: reads and validates every file, prints the differences, then updates the server.
import { createHash } from 'node:crypto'
import { type Client, ApiError } from '@parley/sdk'
import { describeDifference } from './difference.ts'
import { ClientError, type FileFault, fileFaults } from '../client/faults.ts'
import { type Report, exit_codes } from '../client/output.ts'
import { type AgentFile, readAgentFolder } from './folder.ts'
import { type AgentChanges, isChange, listChanges, planChanges } from './plan.ts'
import {
  type AgentState,
  type ServerAgent,
  createAgentOnce,
  definitionOf,
  groupByKey,
  listAllAgents,
  metadataFor,
  readState,
} from './server-agents.ts'

export interface ApplyOptions {
  publish: boolean
  /** Print the differences without changing anything. */
  dry_run: boolean
}

interface AgentPlan {
  file: AgentFile
  state: AgentState | null
  changes: AgentChanges
}

/** Returns how many agents differed. */
export async function applyAgents(client: Client, path: string, options: ApplyOptions, print: Report): Promise<number> {
  const plans = await planFolder(client, path, options.publish, print)
  const changed = plans.filter(({ changes }) => isChange(changes))
  const described = plans.map(describePlan)
  for (const plan of described) print(plan.text, options.dry_run || plan.data.changes.length === 0 ? plan.data : null)
  let done = 0
  for (const plan of options.dry_run ? [] : changed) {
    try {
      const { agent_id, done: steps } = await carryOut(client, plan, options.publish)
      const { data } = described[plans.indexOf(plan)]!
      print(`${plan.file.definition.key}: ${steps.join(', ')}\n`, { ...data, agent_id, done: steps })
      done += 1
    } catch (error) {
      print(
        `stopped at ${plan.file.definition.key}: ${done} of ${changed.length} agents were applied. Run apply again to continue.\n`,
      )
      throw error
    }
  }
  const verb = options.dry_run ? 'to change' : 'changed'
  print(`${changed.length} ${verb}, ${plans.length - changed.length} up to date\n`)
  return changed.length
}

function describePlan({ file, state, changes }: AgentPlan) {
  const { key } = file.definition
  const list = isChange(changes) ? listChanges(changes, state?.newest?.version ?? 0) : []
  const difference = state && list.length > 0 ? describeDifference(definitionOf(state), file.definition) : ''
  const text = list.length === 0 ? '' : `${key}: ${list.join('; ')}\n${difference}`
  return { text, data: { key, agent_id: state?.agent.id ?? null, changes: list, difference, done: [] } }
}

/** Throws one error that lists the faults of all files. */
async function planFolder(client: Client, path: string, publish: boolean, print: Report): Promise<AgentPlan[]> {
  const { root, agents, faults } = await readAgentFolder(path)
  if (root === null) throw new ClientError(`the folder ${path} does not exist`, exit_codes.usage)
  if (agents.length === 0 && faults.length === 0)
    throw new ClientError(`${path} contains no agent.yaml or agent.json`, exit_codes.usage)
  const plans: AgentPlan[] = []
  try {
    const known = groupByKey(await listAllAgents(client))
    for (const file of agents) {
      const found = known.get(file.definition.key) ?? []
      if (found.length > 1) faults.push(describeTwins(file, found))
      else plans.push(await planAgent(client, file, found[0] ?? null, publish))
    }
    for (const plan of plans) faults.push(...(await checkAgent(client, plan, print)))
  } catch (error) {
    // Report faults that can be found locally before contacting the server.
    if (faults.length === 0) throw error
  }
  if (faults.length > 0) throw fileFaults(faults)
  return plans
}

async function planAgent(client: Client, file: AgentFile, agent: ServerAgent | null, publish: boolean) {
  const state = agent && (await readState(client, agent))
  return { file, state, changes: planChanges(file.definition, state, publish) }
}

function describeTwins({ file }: AgentFile, agents: readonly ServerAgent[]): FileFault {
  const ids = agents.map(({ id }) => id).join(', ')
  return { file, path: 'key', message: `matches ${agents.length} agents on the server: ${ids}` }
}

/** Asks the server to validate what would be written. */
async function checkAgent(client: Client, plan: AgentPlan, print: Report): Promise<FileFault[]> {
  const { file, state, changes } = plan
  if (!isChange(changes)) return []
  const { name, description, config, instruction_builder_inputs } = file.definition
  const metadata = metadataFor(file.definition, state?.agent ?? null)
  try {
    const fields = { name, description, metadata, config, instruction_builder_inputs }
    const { warnings } = await client.checkAgent(fields)
    for (const warning of warnings) print(`${file.file}: ${warning}\n`)
    return []
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 422 && error.status !== 413)) throw error
    if (error.errors.length === 0) return [{ file: file.file, path: '', message: error.message }]
    return error.errors.map((fault) => ({ file: file.text_files.get(fault.path) ?? file.file, ...fault }))
  }
}

interface Done {
  agent_id: string
  /** As in `created version 2`. */
  done: string[]
}

/** Each step leaves a state from which another run reaches the same end. */
async function carryOut(client: Client, { file, state, changes }: AgentPlan, publish: boolean): Promise<Done> {
  const { definition } = file
  if (state === null) {
    const created = await readState(client, await createAgentOnce(client, definition))
    const rest = planChanges(definition, created, publish)
    const agent_id = created.agent.id
    const more = isChange(rest) ? await carryOut(client, { file, state: created, changes: rest }, publish) : null
    return { agent_id, done: [`created ${agent_id}`, ...(more?.done ?? [])] }
  }
  const agent_id = state.agent.id
  const done: string[] = []
  if (Object.keys(changes.fields).length > 0) {
    await client.updateAgent({ agent_id, ...changes.fields })
    done.push(`changed ${Object.keys(changes.fields).join(', ')}`)
  }
  let version = state.newest?.version ?? 0
  if (changes.needsVersion) {
    version = await createVersionOnce(client, state, file)
    done.push(`created version ${version}`)
  }
  if (changes.needsPublishing) {
    await client.publishAgentVersion({ agent_id, version: String(version) })
    done.push(`published version ${version}`)
  }
  return { agent_id, done }
}

/** The idempotency key makes two concurrent runs share one version: one for each content on top of a revision. */
async function createVersionOnce(client: Client, { agent, newest }: AgentState, { definition }: AgentFile) {
  const { config, instruction_builder_inputs } = definition
  const content = createHash('sha256')
    .update(JSON.stringify([config, instruction_builder_inputs]))
    .digest('hex')
  const { version } = await client.createAgentVersion({
    agent_id: agent.id,
    config,
    instruction_builder_inputs,
    idempotency_key: `parley-agents-apply:${agent.id}:${newest?.revision ?? 0}:${content}`,
  })
  return version
}
