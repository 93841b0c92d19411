// Runs the help desk of `examples/help-desk` as its reader would: a process of its own that is killed and started again.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { with_compiled_code } from '../support/compiled-code.ts'
import { findFreePort } from '../support/free-port.ts'

const program = join(import.meta.dirname, '..', '..', '..', 'examples', 'help-desk', 'desk.js')

export interface Ticket {
  number: number
  conversation_id: string
  state: 'waiting' | 'ours' | 'elsewhere' | 'closed'
  why: string | null
  holder: string | null
  reason: string
  messages: { position: number; text: string }[]
  actions: { id: string; action: string; text: string | null; state: string; why: string | null }[]
}

export interface Desk extends AsyncDisposable {
  url: string
  start(environment: Record<string, string>): Promise<void>
  /** As the machine kills it. */
  kill(): Promise<void>
  /** Null: the desk has none of this conversation. */
  ticketOf(conversation_id: string): Promise<Ticket | null>
  act(number: number, action: string, body: object): Promise<number>
  readonly said: string
}

export async function makeDesk(): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-desk-'))
  const url = `http://127.0.0.1:${await findFreePort()}`
  let child: ChildProcess | null = null
  let said = ''
  const kill = async () => {
    if (!child) return
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
    child = null
  }
  return {
    url,
    kill,
    get said() {
      return said
    },
    async start(environment) {
      const { PATH = '' } = process.env
      const env = {
        PATH,
        ...with_compiled_code,
        DESK_URL: url,
        DESK_FILE: join(folder, 'tickets.json'),
        ...environment,
      }
      const started = spawn(process.execPath, [program, url, join(folder, 'tickets.json')], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      const before = said.length
      await new Promise<void>((resolve, reject) => {
        for (const stream of [started.stdout, started.stderr]) {
          stream.setEncoding('utf8').on('data', (text: string) => {
            said += text
            if (said.slice(before).includes('listens')) resolve()
          })
        }
        started.once('close', () => reject(new Error(`the desk did not start:\n${said.slice(before)}`)))
      })
    },
    async ticketOf(conversation_id) {
      const { tickets } = (await (await fetch(`${url}/tickets`)).json()) as { tickets: Ticket[] }
      return tickets.find((ticket) => ticket.conversation_id === conversation_id) ?? null
    },
    async act(number, action, body) {
      const init = { method: 'POST', body: JSON.stringify(body) }
      return (await fetch(`${url}/tickets/${number}/${action}`, init)).status
    },
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
