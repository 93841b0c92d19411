// `parley conversations import`: sends a file in batches, four at once. Finished parts are noted, so that it goes on when called again;
// a batch that was sent and not noted is sent again, which changes nothing.
import { open } from 'node:fs/promises'
import { type Client, type Input, ApiError } from '@parley/sdk'
import { describeAnswer } from '../client/connection.ts'
import { ClientError } from '../client/faults.ts'
import { complain, countOf, exit_codes, print, printJson, tell } from '../client/output.ts'
import { keepMemorySmall } from '../client/memory.ts'
import { startProgress } from '../client/progress.ts'
import { type StateFile, stateFile } from '../client/state-file.ts'
import type { Surroundings } from '../surroundings.ts'
import { type Batch, type Line, readBatches } from './line-batches.ts'
import { type LineRange, addRange } from './line-ranges.ts'

const calls_at_once = 4
const between_notes_ms = 1000

interface State {
  /** Of the file that it belongs to. */
  bytes: number
  modified_ms: number
  done: LineRange[]
  created: number
  unchanged: number
  failed: number
  /** Of those that failed: they go on, and their agent's version is not there. */
  active?: number
}

/** A conversation with such a status needs the version of its agent. */
const takes_messages: ReadonlySet<unknown> = new Set(['triggered', 'ringing', 'in_progress'] satisfies Row['status'][])

type Row = Input<'importConversations'>['conversations'][number]

export async function importConversations(client: Client, path: string, around: Surroundings): Promise<void> {
  await using file = await openFile(path)
  const kept = stateFile<State>(`${path}.state`)
  const { size, mtimeMs } = await file.stat()
  const state = await beginOrGoOn(path, kept, { bytes: size, modified_ms: mtimeMs })
  const progress = await startProgress(around, 'bytes', size)
  const noter = new Noter(kept, state)
  try {
    await inParallel(calls_at_once, readBatches(file, state.done), async (batch) => {
      await importBatch(client, batch, state, around)
      state.done = addRange(state.done, { from: batch.from, to: batch.to, lines: batch.lines })
      progress.set(state.done.reduce((all, { from, to }) => all + to - from, 0))
      await noter.note()
    })
  } finally {
    progress.stop()
    await noter.flush()
  }
  await kept.remove()
  const { created, unchanged, failed } = state
  if (failed > 0) around.exit_code = exit_codes.partly
  if (state.active) tell(around, adviceOnActive(state.active))
  if (around.json) return printJson(around, { created, unchanged, failed })
  await print(around, `created: ${created}\nunchanged: ${unchanged}\nfailed: ${failed}\n`)
}

function adviceOnActive(count: number): string {
  const subject = `${countOf(count, 'conversation')} failed because ${count === 1 ? 'it goes on' : 'they go on'}`
  return `${subject} and this server does not have the version of the agent. On the server where the file is from, run \`parley conversations end ID\` for each and export again, then import the new file.`
}

async function openFile(path: string) {
  try {
    return await open(path, 'r')
  } catch (error) {
    throw new ClientError(`could not read ${path}: ${(error as Error).message}`, exit_codes.usage)
  }
}

async function beginOrGoOn(
  path: string,
  kept: StateFile<State>,
  file: Pick<State, 'bytes' | 'modified_ms'>,
): Promise<State> {
  const found = await kept.read()
  if (found === null) return { ...file, done: [], created: 0, unchanged: 0, failed: 0 }
  if (found.bytes === file.bytes && found.modified_ms === file.modified_ms) return found
  throw new ClientError(
    `${path} has changed since its import began; remove ${path}.state to begin again`,
    exit_codes.usage,
  )
}

/** One at a time, and not after each batch: what is not noted is only sent again. */
class Noter {
  readonly #kept: StateFile<State>
  readonly #state: State
  #noted_at = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(kept: StateFile<State>, state: State) {
    this.#kept = kept
    this.#state = state
  }

  async note(): Promise<void> {
    if (performance.now() - this.#noted_at < between_notes_ms) return
    this.#noted_at = performance.now()
    keepMemorySmall()
    await this.flush()
  }

  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#kept.write(this.#state))
    return this.#writing
  }
}

async function importBatch(client: Client, batch: Batch, state: State, around: Surroundings): Promise<void> {
  const fail = (number: number, message: string) => {
    state.failed += 1
    complain(around, `line ${number}: ${message}`)
  }
  const rows: { number: number; row: Row }[] = []
  for (const line of batch.rows) {
    const row = parseLine(line)
    if (typeof row === 'string') fail(line.number, row)
    else rows.push({ number: line.number, row })
  }
  await sendRows(client, rows, state, fail)
}

/** The message if it is not a row. */
function parseLine({ text }: Line): Row | string {
  if (text === null) return 'is longer than 16 MiB'
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not a JSON object'
    if ('error' in value && !('channel' in value)) return `was not exported: ${String(value.error)}`
    return value as Row
  } catch {
    return 'is not JSON'
  }
}

async function sendRows(
  client: Client,
  rows: { number: number; row: Row }[],
  state: State,
  fail: (number: number, message: string) => void,
): Promise<void> {
  if (rows.length === 0) return
  try {
    const answer = await client.importConversations({ conversations: rows.map(({ row }) => row) })
    state.created += answer.created
    state.unchanged += answer.unchanged
    const faults = Map.groupBy(answer.errors, ({ index }) => index)
    for (const [index, found] of faults) {
      const { number, row } = rows[index]!
      if (takes_messages.has(row.status) && found.some(({ path }) => path === 'agent_version_id'))
        state.active = (state.active ?? 0) + 1
      fail(number, found.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; '))
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 413) throw error
    if (rows.length === 1) return fail(rows[0]!.number, describeAnswer(error))
    // The server takes less at once than usual.
    const half = Math.ceil(rows.length / 2)
    await sendRows(client, rows.slice(0, half), state, fail)
    await sendRows(client, rows.slice(half), state, fail)
  }
}

/** Begins no more after a failure, and waits for what has begun. */
async function inParallel<T>(count: number, source: AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = source[Symbol.asyncIterator]()
  const failures: unknown[] = []
  const run = async () => {
    while (failures.length === 0) {
      const next = await iterator.next()
      if (next.done) return
      await work(next.value).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: count }, run))
  if (failures.length > 0) throw failures[0]
}
