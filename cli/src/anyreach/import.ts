// `parley import anyreach`: agents and their versions first, then conversations, newest first. Called again, it goes on; what was brought
// over and not noted is sent again, which changes nothing. Called after its end, it looks for what is newer and tries again what failed.
import { type Client, type Conversation, type ImportedConversation, ApiError } from '@parley/sdk'
import { describeAnswer } from '../client/connection.ts'
import { ClientError } from '../client/faults.ts'
import { complain, countOf, exit_codes, print, printJson, tell } from '../client/output.ts'
import { type ProgressBar, startProgress } from '../client/progress.ts'
import { stateFile } from '../client/state-file.ts'
import { max_bytes } from '../conversations/line-batches.ts'
import type { Surroundings } from '../surroundings.ts'
import { importAgents } from './agents.ts'
import type { AnyreachFlags } from './commands.ts'
import { markOf, page_size, pageOf } from './place.ts'
import { type Source, openSource, readWhole } from './source.ts'
import { type State, newState } from './state.ts'

export async function importAnyreach(client: Client, flags: AnyreachFlags, around: Surroundings): Promise<void> {
  const source = await openSource(flags)
  const kept = stateFile<State>(flags.state)
  const state = (await kept.read()) ?? newState(flags.from)
  if (state.from !== flags.from)
    throw new ClientError(`${flags.state} belongs to ${state.from}; name another file with --state`, exit_codes.usage)
  const note = () => kept.write(state)
  await importAgents(source, client, { state, note, around })
  const total = await source((there) => there.countConversations({})).catch(() => null)
  const progress = await startProgress(around, 'conversations', total?.count ?? null)
  const importing = { state, progress, around }
  const failed = Object.keys(state.failed)
  try {
    do {
      await importPage(source, client, importing)
      await note()
    } while (state.place !== null)
    while (failed.length > 0) {
      await importRows(source, client, failed.splice(0, page_size), importing)
      await note()
    }
  } finally {
    progress.stop()
  }
  await printReport(state, around)
}

interface Importing {
  state: State
  progress: ProgressBar
  around: Surroundings
}

async function importPage(source: Source, client: Client, importing: Importing): Promise<void> {
  const { state, around } = importing
  const { place, report } = state
  const found = await source((there) =>
    there.listConversations({ limit: page_size, ...(place && { created_before: place.before }) }),
  )
  const { rows, next, crowded } = pageOf(found, place, state.until)
  if (place === null) state.newest = markOf(found)
  if (crowded !== null && !report.crowded_times.includes(crowded)) {
    report.crowded_times.push(crowded)
    complain(around, `more than ${page_size} conversations have the time ${crowded}; some were left out`)
  }
  await importRows(source, client, ids(rows), importing)
  state.place = next
  if (next === null) state.until = state.newest
}

const ids = (rows: Conversation[]) => rows.map(({ id }) => id)

async function importRows(source: Source, client: Client, wanted: string[], importing: Importing): Promise<void> {
  let batch: ImportedConversation[] = []
  let bytes = 0
  for (const id of wanted) {
    const found = await readWhole(source, id)
    if (found === null) {
      delete importing.state.failed[id]
      continue
    }
    const row = rowOf(found, importing.state)
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
  const { report, failed } = state
  const fail = ({ id }: ImportedConversation, reason: State['failed'][string], message: string) => {
    failed[id] = reason
    complain(around, `conversation ${id}: ${message}`)
  }
  try {
    const { created, unchanged, errors } = await client.importConversations({ conversations })
    report.created += created
    report.unchanged += unchanged
    const faults = Map.groupBy(errors, ({ index }) => index)
    for (const [index, row] of conversations.entries()) {
      const found = faults.get(index)
      if (found) fail(row, 'refused', found.map(({ path, message }) => `${path} ${message}`.trimStart()).join('; '))
      else delete failed[row.id]
      if (!found && row.recording_details) report.recordings += 1
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 413) throw error
    if (conversations.length === 1) return fail(conversations[0]!, 'too_large', describeAnswer(error))
    // The server takes less at once than usual.
    const half = Math.ceil(conversations.length / 2)
    await send(client, conversations.slice(0, half), importing)
    await send(client, conversations.slice(half), importing)
  }
  progress.set(report.created + report.unchanged + Object.keys(failed).length)
}

async function printReport({ report, failed: failures }: State, around: Surroundings): Promise<void> {
  const { agents, versions, created, unchanged } = report
  const reasons = Object.values(failures)
  const failed = reasons.length
  const too_large = reasons.filter((reason) => reason === 'too_large').length
  const isPartial = failed + report.failed_agents.length + report.crowded_times.length > 0
  if (isPartial) around.exit_code = exit_codes.partly
  if (around.json) return printJson(around, { ...report, failed, too_large, failed_conversations: failures })
  await print(
    around,
    `agents: ${agents}\nversions: ${versions}\ncreated: ${created}\nunchanged: ${unchanged}\nfailed: ${failed}\n`,
  )
  const left = [
    too_large > 0
      ? `${countOf(too_large, 'conversation')} above this server's PARLEY_LIMIT_BODY_BYTES: raise it and call this again`
      : '',
    report.crowded_times.length > 0 ? `some conversations of ${report.crowded_times.join(', ')}: too many at once` : '',
    report.recordings > 0 ? `${report.recordings} recordings: their sound stays there` : '',
    report.phone_numbers > 0 ? `${report.phone_numbers} phone numbers: connect them here` : '',
    report.secrets.length > 0 ? `secrets, which no API shows: set ${report.secrets.join(', ')}` : '',
    report.failed_agents.length > 0 ? `agents: ${report.failed_agents.join(', ')}` : '',
  ].filter((line) => line !== '')
  if (left.length > 0) tell(around, `What did not move:\n${left.map((line) => `  ${line}`).join('\n')}`)
}
