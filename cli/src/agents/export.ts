// `parley agents export`: writes the agents on the server to the files that `apply` reads. Deletes nothing.
import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Client } from '@parley/sdk'
import { type AgentDefinition, isSameJson } from './agent.ts'
import { type Format, renderAgent } from './agent-text.ts'
import { isMissing } from '../client/bounded-folder.ts'
import { ClientError, type FileFault, fileFaults } from '../client/faults.ts'
import { type Report, countOf } from '../client/output.ts'
import { type AgentFile, readAgentFolder } from './folder.ts'
import { type ServerAgent, definitionOf, groupByKey, listAllAgents, readState } from './server-agents.ts'

export interface ExportOptions {
  /** Empty: all agents. */
  agent_ids: readonly string[]
  format: Format
  /** Overwrite files that have other content. */
  force: boolean
}

interface Output {
  path: string
  text: string
}

export async function exportAgents(
  client: Client,
  path: string,
  { agent_ids, format, force }: ExportOptions,
  print: Report,
): Promise<void> {
  const folder = await readAgentFolder(path)
  if (folder.faults.length > 0) throw fileFaults(folder.faults)
  const agents = await findAgents(client, agent_ids)
  const root = folder.root ?? path
  const existing = new Map(folder.agents.map((file) => [file.definition.key, file]))
  const outputs: Output[] = []
  const directories = new Map(folder.agents.map((file) => [file.directory, file.definition.key]))
  const faults: FileFault[] = []
  for (const agent of agents) {
    const definition = definitionOf(await readState(client, agent))
    const file = existing.get(definition.key)
    // Same content in the person's own formatting: keep it.
    if (file && isSameJson(file.definition, definition)) continue
    const directory = file?.directory ?? join(root, folderNameOf(agent, definition))
    const other = directories.get(directory)
    if (other !== undefined && other !== definition.key)
      faults.push({
        file: directory,
        path: '',
        message: `already contains the agent ${other}, so ${definition.key} cannot be written here`,
      })
    directories.set(directory, definition.key)
    outputs.push(...placeFiles(directory, definition, file, format))
  }
  const writes = await judgeOutputs(outputs, force, faults)
  if (faults.length > 0) throw fileFaults(faults)
  for (const output of writes) {
    await writeOutput(output)
    const file = join(path, relative(root, output.path))
    print(`wrote ${file}\n`, { file })
  }
  const rest = writes.length === 0 ? 'every file is up to date' : `${countOf(writes.length, 'file')} written`
  print(`${countOf(agents.length, 'agent')}: ${rest}\n`)
}

async function findAgents(client: Client, agent_ids: readonly string[]): Promise<ServerAgent[]> {
  const agents: ServerAgent[] = []
  for (const agent_id of new Set(agent_ids)) agents.push(await client.getAgent({ agent_id }))
  const found = agent_ids.length === 0 ? await listAllAgents(client) : agents
  for (const [key, twins] of groupByKey(found)) {
    if (twins.length > 1)
      throw new ClientError(`${twins.length} agents have the key ${key}: ${twins.map(({ id }) => id).join(', ')}`)
  }
  return found
}

function placeFiles(directory: string, definition: AgentDefinition, file: AgentFile | undefined, format: Format) {
  return renderAgent(definition, file?.format ?? format).map(({ name, text }) => ({
    path: join(directory, name),
    text,
  }))
}

/** The folder name: the key or, if the key is only the id, the name with part of the id. */
function folderNameOf({ id }: ServerAgent, { key, name }: AgentDefinition): string {
  if (key !== id) return key
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
  return `${words === '' ? 'agent' : words}-${id.slice(-12)}`
}

/** The files to write: skips those that are up to date, and refuses to overwrite others without `force`. */
async function judgeOutputs(outputs: readonly Output[], force: boolean, faults: FileFault[]): Promise<Output[]> {
  const writes: Output[] = []
  for (const output of outputs) {
    const present = await readPresent(output.path)
    if (present?.text === output.text) continue
    if (present?.text === null)
      faults.push({ file: output.path, path: '', message: 'is not a file, so it cannot be overwritten' })
    else if (present !== null && !force)
      faults.push({ file: output.path, path: '', message: 'has other content; pass --force to overwrite it' })
    else writes.push(output)
  }
  return writes
}

/** Null if nothing is there; `text` is null if it is not a file. */
async function readPresent(path: string): Promise<{ text: string | null } | null> {
  try {
    return { text: (await lstat(path)).isFile() ? await readFile(path, 'utf8') : null }
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Atomic: a concurrent reader sees the old file or the new one. */
async function writeOutput({ path, text }: Output): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, text, { flag: 'wx' })
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}
