// `parley conversations export`: writes FILE.part with a checkpoint every 1,000 lines, goes on from the last one when called again, and
// renames the file when it is complete.
import { type FileHandle, access, open, rename, rm } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { type Client, isUnanswered } from '@parley/sdk'
import { ClientError } from '../client/faults.ts'
import { complain, countOf, exit_codes, print, printJson, tell } from '../client/output.ts'
import { keepMemorySmall } from '../client/memory.ts'
import { type ProgressBar, startProgress } from '../client/progress.ts'
import { type StateFile, stateFile, syncFolderOf } from '../client/state-file.ts'
import type { Surroundings } from '../surroundings.ts'
import { type FilterFlags, type Filters, filtersOf } from './filters.ts'

const lines_between_checkpoints = 1000
/** In a row, without a line between them. */
const max_failures = 6
const newline = 10

interface State {
  /** As they were given. */
  filters: Filters
  created_before: string
  /** Of FILE.part. */
  bytes: number
  lines: number
  /** Lines that have an error instead of a conversation. */
  errors: number
  cursor: string | null
  complete?: true
}

export async function exportConversations(
  client: Client,
  file: string,
  flags: FilterFlags,
  around: Surroundings,
): Promise<void> {
  const kept = stateFile<State>(`${file}.state`)
  const state = await beginOrGoOn(file, filtersOf(flags), kept)
  if (!state.complete) {
    const progress = await startProgress(around, 'conversations', await countAll(client, state))
    try {
      await using part = await open(`${file}.part`, state.bytes === 0 ? 'w' : 'r+')
      await part.truncate(state.bytes)
      await writeAll(client, state, { part, kept, progress, around })
    } catch (error) {
      // What was refused leaves nothing behind.
      if (state.bytes === 0) await Promise.all([kept.remove(), rm(`${file}.part`, { force: true })])
      throw error
    } finally {
      progress.stop()
    }
  }
  await finish(file, state, kept)
  if (state.errors > 0) around.exit_code = exit_codes.partly
  const { lines, errors } = state
  if (around.json) return printJson(around, { file, conversations: lines - errors, errors })
  await print(around, `${file}: ${countOf(lines - errors, 'conversation')}\n`)
}

async function beginOrGoOn(file: string, filters: Filters, kept: StateFile<State>): Promise<State> {
  const found = await kept.read()
  if (found) {
    if (JSON.stringify(found.filters) === JSON.stringify(filters)) return found
    throw new ClientError(
      `${file}.state belongs to an export with other filters; repeat those, or remove it to begin again`,
      exit_codes.usage,
    )
  }
  if (await exists(file)) throw new ClientError(`${file} exists; remove it or name another file`, exit_codes.usage)
  const created_before = filters.created_before ?? new Date().toISOString()
  const state = { filters, created_before, bytes: 0, lines: 0, errors: 0, cursor: null }
  await kept.write(state)
  return state
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

/** Null if it cannot be known; the export itself says why. */
async function countAll(client: Client, { filters, created_before }: State): Promise<number | null> {
  const answer = await client.countConversations({ ...filters, created_before }).catch(() => null)
  return answer?.count ?? null
}

interface Writing {
  part: FileHandle
  kept: StateFile<State>
  progress: ProgressBar
  around: Surroundings
}

async function writeAll(client: Client, state: State, writing: Writing): Promise<void> {
  const reader = new LineReader(state, writing)
  let isReached = false
  for (let failures = 0; ;) {
    const before = state.lines
    try {
      const cursor = state.cursor === null ? {} : { cursor: state.cursor }
      const { body } = await client.exportConversations({
        ...state.filters,
        created_before: state.created_before,
        ...cursor,
      })
      isReached = true
      for await (const chunk of body as AsyncIterable<Uint8Array>) await reader.take(chunk)
      reader.end()
      return await reader.checkpoint()
    } catch (error) {
      // What is not of the server, such as a full disk, is not tried again.
      if (!isReached || (!isUnanswered(error) && !(error instanceof TypeError))) throw error
      reader.forgetPart()
      await reader.checkpoint()
      failures = state.lines > before ? 0 : failures + 1
      if (failures >= max_failures) throw lost(error, state)
      tell(writing.around, 'The connection was lost; going on.')
      await pause(Math.min(10_000, 250 * 2 ** failures))
    }
  }
}

function lost(error: unknown, { bytes }: State): ClientError {
  const reason = error instanceof Error ? error.message : String(error)
  return new ClientError(
    `the connection was lost again and again: ${reason}; ${bytes === 0 ? 'nothing was written' : 'call it again to go on'}`,
    exit_codes.unreachable,
  )
}

/** Takes bytes as they arrive and writes whole lines. */
class LineReader {
  readonly #state: State
  readonly #writing: Writing
  #rest: Buffer = Buffer.alloc(0)
  #last: Buffer | null = null
  #since_checkpoint = 0

  constructor(state: State, writing: Writing) {
    this.#state = state
    this.#writing = writing
  }

  async take(chunk: Uint8Array): Promise<void> {
    const own = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const bytes = this.#rest.length === 0 ? own : Buffer.concat([this.#rest, own])
    const end = bytes.lastIndexOf(newline) + 1
    this.#rest = bytes.subarray(end)
    if (end === 0) return
    const whole = bytes.subarray(0, end)
    const lines = this.#countLines(whole)
    await this.#writing.part.write(whole, 0, whole.length, this.#state.bytes)
    this.#state.bytes += whole.length
    this.#state.lines += lines
    this.#since_checkpoint += lines
    this.#last = Buffer.from(whole.subarray(whole.lastIndexOf(newline, -2) + 1))
    this.#writing.progress.set(this.#state.lines)
    if (this.#since_checkpoint >= lines_between_checkpoints) await this.checkpoint()
  }

  /** The response is complete, so nothing may be left of a line. */
  end(): void {
    if (this.#rest.length > 0) throw new TypeError('The response ended within a line')
  }

  /** The next response begins with a whole line. */
  forgetPart(): void {
    this.#rest = Buffer.alloc(0)
  }

  async checkpoint(): Promise<void> {
    if (this.#last === null) return
    const { created_at } = JSON.parse(this.#last.toString()) as { created_at: string }
    this.#state.cursor = Buffer.from(created_at).toString('base64url')
    await this.#writing.part.datasync()
    await this.#writing.kept.write(this.#state)
    keepMemorySmall()
    this.#last = null
    this.#since_checkpoint = 0
  }

  #countLines(whole: Buffer): number {
    let lines = 0
    for (let at = -1; (at = whole.indexOf(newline, at + 1)) >= 0;) lines += 1
    if (whole.includes('","error":"')) this.#countErrors(whole)
    return lines
  }

  #countErrors(whole: Buffer): void {
    for (const line of whole.toString().split('\n').slice(0, -1)) {
      if (!line.includes('","error":"')) continue
      const { id, error, channel } = JSON.parse(line) as { id: string; error?: string; channel?: string }
      if (channel !== undefined) continue
      this.#state.errors += 1
      complain(this.#writing.around, `${id}: ${error}`)
    }
  }
}

/** Each step can be repeated after a kill. */
async function finish(file: string, state: State, kept: StateFile<State>): Promise<void> {
  state.complete = true
  await kept.write(state)
  if (await exists(`${file}.part`)) await rename(`${file}.part`, file)
  await syncFolderOf(file)
  await kept.remove()
}
