// `parley knowledge apply`: compares a folder with a knowledge base by content, prints the differences, then sends what differs.
import { openAsBlob } from 'node:fs'
import { type Client, ApiError } from '@parley/sdk'
import { describeAnswer } from '../client/connection.ts'
import { ClientError, type FileFault, fileFaults } from '../client/faults.ts'
import { type Report, exit_codes } from '../client/output.ts'
import { type FoundFile, readKnowledgeFolder } from './folder.ts'
import { type KnowledgePlan, type LocalFile, type ServerFile, planKnowledge } from './plan.ts'
import { createDatasetOnce, findDataset, listServerFiles, waitUntilReady } from './server-dataset.ts'

export interface ApplyOptions {
  /** Name or id. */
  dataset: string
  /** Take out what is not in the folder. */
  prune: boolean
  /** Until every source is ready or has failed. */
  wait: boolean
  dry_run: boolean
}

/** Each sends one file at a time. */
const at_once = 4

interface Change {
  path: string
  /** Before it is carried out. */
  told: string
  /** Says what was done. */
  carryOut: (dataset_id: string) => Promise<string>
}

/** Returns how many changes there are. */
export async function applyKnowledge(
  client: Client,
  folder: string,
  { dataset: name, prune, wait, dry_run }: ApplyOptions,
  print: Report,
): Promise<number> {
  const { files, unnamed, faults } = await readKnowledgeFolder(folder)
  if (faults.length > 0) throw fileFaults(faults)
  const dataset = await findDataset(client, name)
  const plan = planKnowledge(files, dataset ? await listServerFiles(client, dataset.id) : [])
  const changes = [...listChanges(client, files, plan, prune), ...unnamed.map(refuseUnnamed)]
  // What the configurations of agents name it by.
  const tell = (id: string) => print(`${name}: dataset_id ${id}\n`)
  if (dataset) tell(dataset.id)
  else print(`${name}: new knowledge base\n`)
  for (const { path, told } of changes)
    print(`${path}: ${told}\n`, dry_run ? { dataset_id: dataset?.id ?? null, path, change: told, done: null } : null)
  for (const { file, on_server } of plan.unchanged)
    if (on_server.failure !== null) print(`${file.path}: failed before: ${on_server.failure}\n`)
  if (!prune && plan.extra.length > 0) print(`${plan.extra.length} not in the folder; --prune takes them out\n`)
  if (!dry_run) {
    const { id } = dataset ?? (await createDatasetOnce(client, name))
    if (!dataset) tell(id)
    await carryOut(id, changes, print)
    if (wait) await waitUntilReady(client, id, new Set(files.map(({ path }) => path)))
  }
  print(`${changes.length} ${dry_run ? 'to change' : 'changed'}, ${plan.unchanged.length} up to date\n`)
  return changes.length + (dataset ? 0 : 1)
}

function listChanges(client: Client, files: readonly FoundFile[], plan: KnowledgePlan, prune: boolean): Change[] {
  const locations = new Map(files.map(({ path, location }) => [path, location]))
  const open = ({ path }: LocalFile) => openAsBlob(locations.get(path)!)
  const added = plan.added.map((file): Change => ({
    path: file.path,
    told: 'new',
    carryOut: async (dataset_id) => {
      await client.attachSources({ dataset_id, file: await open(file), metadata: { name: file.path } })
      return 'sent'
    },
  }))
  const changed = plan.changed.map(({ file, on_server }): Change => ({
    path: file.path,
    told: 'changed',
    carryOut: async () => {
      await replaceFile(client, on_server, await open(file))
      return 'replaced'
    },
  }))
  const removed = (prune ? plan.extra : []).map((on_server): Change => ({
    path: on_server.name,
    told: 'not in the folder',
    carryOut: (dataset_id) => takeOut(client, dataset_id, on_server),
  }))
  return [...added, ...changed, ...removed]
}

const not_utf8 = 'its name is not UTF-8; rename it'

function refuseUnnamed(path: string): Change {
  return { path, told: not_utf8, carryOut: () => Promise.reject(new ClientError(not_utf8)) }
}

/** The old content answers until the new is ready. */
async function replaceFile(client: Client, { source_id }: ServerFile, file: Blob): Promise<void> {
  const { presigned_url } = await client.createSourceUploadUrl({ source_id })
  const token = new URL(presigned_url!).searchParams.get('token')!
  await client.uploadSource({ source_id, token, file })
  await client.updateSource({ source_id, file_upload_status: 'COMPLETE', file_size: file.size })
}

/** What another knowledge base has too stays there. */
async function takeOut(
  client: Client,
  dataset_id: string,
  { source_id, dataset_source_id }: ServerFile,
): Promise<string> {
  const { datasets } = await client.getSource({ source_id })
  if (datasets.some(({ id }) => id !== dataset_id)) {
    await client.detachSource({ dataset_id, dataset_source_id })
    return 'detached'
  }
  await client.deleteSource({ source_id })
  return 'deleted'
}

/** A file that is refused stops no other. Throws once all are done if there were any. */
async function carryOut(dataset_id: string, changes: readonly Change[], print: Report): Promise<void> {
  const left = [...changes]
  const refused: FileFault[] = []
  let failure: unknown = null
  const work = async () => {
    for (let change = left.shift(); change && failure === null; change = left.shift()) {
      try {
        const done = await change.carryOut(dataset_id)
        print(`${change.path}: ${done}\n`, { dataset_id, path: change.path, change: change.told, done })
      } catch (error) {
        const message = reasonOfRefusal(error)
        if (message === null) failure = error
        else refused.push({ file: change.path, path: '', message })
      }
    }
  }
  await Promise.all(Array.from({ length: at_once }, work))
  if (failure !== null) {
    print('stopped. Run apply again to continue.\n')
    throw failure
  }
  if (refused.length > 0) throw describeRefused(refused, changes.length)
}

/** This file was refused, and would be again; others may pass. Null: it is no matter of this file. */
function reasonOfRefusal(error: unknown): string | null {
  if (error instanceof ClientError) return error.message
  const isOfFile = error instanceof ApiError && [404, 409, 413, 415, 422].includes(error.status)
  return isOfFile ? describeAnswer(error) : null
}

function describeRefused(refused: readonly FileFault[], all: number): ClientError {
  const lines = refused.map(({ file, message }) => `  ${file}: ${message}`)
  const text = [`${refused.length} of ${all} changes were refused:`, ...lines].join('\n')
  return new ClientError(text, refused.length < all ? exit_codes.partly : exit_codes.failed)
}
