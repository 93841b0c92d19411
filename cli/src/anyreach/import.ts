// `parley import anyreach`: agents and their versions first, then conversations, newest first. Called again, it goes on; what was brought
// over and not noted is sent again, which changes nothing.
import type { Client, Conversation, ImportedConversation } from '@parley/sdk'
import { ClientError } from '../client/faults.ts'
import { complain, exit_codes, print, printJson, tell } from '../client/output.ts'
import { type ProgressBar, startProgress } from '../client/progress.ts'
import { stateFile } from '../client/state-file.ts'
import { max_bytes } from '../conversations/line-batches.ts'
import type { Surroundings } from '../surroundings.ts'
import { importAgents } from './agents.ts'
import type { AnyreachFlags } from './commands.ts'
import { openSource, readPage, readWhole } from './source.ts'
import { type Report, type State, newState } from './state.ts'

export async function importAnyreach(client: Client, flags: AnyreachFlags, around: Surroundings): Promise<void> {
  const source = await openSource(flags)
  const kept = stateFile<State>(flags.state)
  const state = (await kept.read()) ?? newState(flags.from)
  if (state.from !== flags.from)
    throw new ClientError(`${flags.state} belongs to ${state.from}; name another file with --state`, exit_codes.usage)
  await explainSource(flags.from, () => importAgents(source, client, state, around))
  await kept.write(state)
  const total = await source.countConversations({}).catch(() => null)
  const progress = await startProgress(around, 'conversations', total?.count ?? null)
  try {
    while (!state.complete) {
      await importPage(source, client, { state, progress, around })
      await kept.write(state)
    }
  } finally {
    progress.stop()
  }
  await printReport(state.report, around)
}

/** A refusal of the other system must not be taken for one of this server. */
async function explainSource<T>(from: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error && error.name === 'ConnectionError')
      throw new ClientError(
        `a connection was lost (from ${from} or to the server): ${error.message}`,
        exit_codes.unreachable,
      )
    throw error
  }
}

interface Importing {
  state: State
  progress: ProgressBar
  around: Surroundings
}

async function importPage(source: Client, client: Client, importing: Importing): Promise<void> {
  const { state } = importing
  const page = await readPage(source, state.place)
  if (page.is_stuck) {
    state.report.crowded_times.push(state.place!.created_at)
    complain(
      importing.around,
      `more than 100 conversations have the time ${state.place!.created_at}; some were left out`,
    )
  }
  let batch: ImportedConversation[] = []
  let bytes = 0
  for (const listed of page.rows) {
    const row = rowOf(await readWhole(source, listed.id), state)
    if (row.recording_details) state.report.recordings += 1
    const size = Buffer.byteLength(JSON.stringify(row))
    if (batch.length > 0 && bytes + size > max_bytes) {
      await send(client, batch, importing)
      batch = []
      bytes = 0
    }
    batch.push(row)
    bytes += size
  }
  await send(client, batch, importing)
  state.place = page.next
  state.complete = page.next === null
}

/** With the ids that agents and versions have here. */
function rowOf(found: Conversation, { agents, versions }: State): ImportedConversation {
  const { agent_id, agent_version_id, analysis_status, ...row } = found
  const own = agent_id === null ? null : (agents[agent_id] ?? agent_id)
  const version = agent_version_id === null ? null : (versions[agent_version_id] ?? agent_version_id)
  return {
    ...(row as unknown as ImportedConversation),
    agent_id: own,
    agent_version_id: version,
    agent: found.agent && { id: own, name: found.agent.name },
    analysis_status: analysis_status === 'done' ? 'done' : 'none',
  }
}

async function send(client: Client, conversations: ImportedConversation[], importing: Importing): Promise<void> {
  if (conversations.length === 0) return
  const { state, progress, around } = importing
  const { created, unchanged, errors } = await client.importConversations({ conversations })
  const { report } = state
  report.created += created
  report.unchanged += unchanged
  const failed = new Set(errors.map(({ index }) => index))
  report.failed += failed.size
  for (const { id, path, message } of errors) complain(around, `conversation ${id}: ${path} ${message}`)
  progress.set(report.created + report.unchanged + report.failed)
}

async function printReport(report: Report, around: Surroundings): Promise<void> {
  const isPartial = report.failed + report.failed_agents.length + report.crowded_times.length > 0
  if (isPartial) around.exit_code = exit_codes.partly
  if (around.json) return printJson(around, report)
  const { agents, versions, created, unchanged, failed } = report
  await print(
    around,
    `agents: ${agents}\nversions: ${versions}\ncreated: ${created}\nunchanged: ${unchanged}\nfailed: ${failed}\n`,
  )
  const left = [
    report.recordings > 0 ? `${report.recordings} recordings: their sound stays there` : '',
    report.phone_numbers > 0 ? `${report.phone_numbers} phone numbers: connect them here` : '',
    report.secrets.length > 0 ? `secrets, which no API shows: set ${report.secrets.join(', ')}` : '',
    report.failed_agents.length > 0 ? `agents: ${report.failed_agents.join(', ')}` : '',
  ].filter((line) => line !== '')
  if (left.length > 0) tell(around, `What did not move:\n${left.map((line) => `  ${line}`).join('\n')}`)
}
