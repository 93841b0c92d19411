// Runs the blocks of a page as its reader would: in order, in one folder, against one server, copying ids from the responses.
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { compileFunction as compile } from 'node:vm'
import { vi } from 'vitest'
import { with_compiled_code } from '../support/compiled-code.ts'
import { findFreePort } from '../support/free-port.ts'
import { type CodeBlock, root } from './markdown.ts'

export interface Reader {
  /** Contains `data/admin-key`, and receives the page's files. */
  folder: string
  url: string
  /** An empty database on a server of PostgreSQL, for the page's own. */
  database_url: string
  /** Everything that the server has printed. */
  readBanner(): string
  /** How long to wait for what the page says is printed. */
  patience_ms?: number
}

/**
 * `curl` writes each response to a file, and its status to standard error. `npx` finds the programs of this repository, and `npm` its
 * scripts; what `npm ci` installs is there.
 */
const prelude = `
curl() {
  local n; n=$(ls "$ANSWERS" | wc -l)
  command curl --write-out '%{stderr}%{response_code} %{method} %{url_effective}\\n' "$@" | tee "$ANSWERS/$n"
  echo
}
npx() {
  local program=$1; shift
  case $program in
    parley) command node '${join(root, 'cli', 'src', 'main.js')}' "$@" ;;
    node) command node "$@" ;;
    *) return 127 ;;
  esac
}
npm() {
  case $1 in
    ci) ;;
    start) exec node '${join(root, 'server', 'src', 'main.js')}' ;;
    *) return 127 ;;
  esac
}
`

/** A line that only sets a variable. */
const assignment = /^(?:export )?[A-Z_]+=(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'(]*)+$/
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const run = promisify(execFile)

/** The reader of one page. */
export class PageRunner implements AsyncDisposable {
  readonly #reader: Reader
  readonly #assignments: string[] = []
  readonly #background: ChildProcess[] = []
  /** The responses to the page's blocks, oldest first. */
  readonly #answers: unknown[] = []
  /** Everything printed so far by the server, the blocks and background programs. */
  #printed = ''
  /** Replaces the page's port 4000. */
  readonly #port: number

  private constructor(reader: Reader, port: number) {
    this.#reader = reader
    this.#port = port
  }

  static async start(reader: Reader): Promise<PageRunner> {
    return new PageRunner(reader, await findFreePort())
  }

  async runBlock({ language, mark, text }: CodeBlock): Promise<void> {
    if (language === 'json') this.#compareAnswer(JSON.parse(text), mark)
    else if (language === 'text') await this.#expectPrinted(text)
    else if (language === 'js' || language === 'ts') await this.#saveFile(text)
    else if (language === 'html') await this.#loadPage(text)
    else if (mark === 'background') await this.#startInBackground(text)
    else if (mark === 'server') await this.#startServer(text)
    else await this.#runShell(text, mark)
  }

  /** The last response must have the shape that the page shows or, for an excerpt, contain it; for an exact one also the values. */
  #compareAnswer(shown: unknown, mark: string): void {
    const [answered, expected] = [shapeOf(this.#answers.at(-1)), shapeOf(shown)]
    if (mark === 'exact excerpt') assert.partialDeepStrictEqual(this.#answers.at(-1), shown)
    else if (mark === 'excerpt') assert.partialDeepStrictEqual(answered, expected)
    else assert.deepEqual(answered, expected)
  }

  async #runShell(text: string, mark: string): Promise<void> {
    const expected = /^answers (\d{3})$/.exec(mark)?.[1]
    if (mark !== '' && expected === undefined) throw new Error(`an unknown mark: ${mark}`)
    const answers_folder = await mkdtemp(join(this.#reader.folder, 'answers-'))
    const commands = this.#fillIn(text)
    const script = [prelude, ...this.#assignments, ...commands].join('\n')
    const { stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: this.#reader.folder,
      env: { ...this.#environment(), ANSWERS: answers_folder },
      timeout: 300_000,
    })
    this.#printed += stdout
    const calls = [...stderr.matchAll(/^(\d{3}) ([A-Z]+ \S+)$/gm)].map(([, status, request]) => ({
      status: Number(status),
      request,
    }))
    const accepted = expected === undefined ? calls : calls.slice(0, -1)
    for (const { status, request } of accepted) assert.ok(status < 300, `${request} returned ${status}: ${stdout}`)
    if (expected !== undefined) assert.equal(calls.at(-1)?.status, Number(expected), stdout)
    for (const name of (await readdir(answers_folder)).sort((a, b) => Number(a) - Number(b))) {
      const answer = await readFile(join(answers_folder, name), 'utf8')
      this.#answers.push(/^(?:\{|\[[\]{"])/.test(answer) ? JSON.parse(answer) : answer)
    }
    this.#assignments.push(...commands.filter((command) => assignment.test(command)))
  }

  /** Replaces ids that the reader would copy, and the page's server by the test's. */
  #fillIn(text: string): string[] {
    return this.#replaceAddresses(text)
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [, name] = /^([A-Z]+)=[0-9a-f-]{36}$/.exec(line) ?? []
        return name === undefined
          ? line.replace(/(?:whsec|widk)_…/, () => `'${this.#copy('SECRET')}'`)
          : `${name}=${this.#copy(name)}`
      })
  }

  #replaceAddresses(text: string): string {
    return text
      .replaceAll(/http:\/\/127\.0\.0\.1:8080|https:\/\/parley\.example\.com(?=\/public)/g, this.#reader.url)
      .replaceAll('postgresql://parley:secret@db.example.com/parley', this.#reader.database_url)
      .replaceAll('HOST=0.0.0.0', 'HOST=127.0.0.1')
      .replaceAll('https://example.com/help', `${this.#reader.url}/docs/`)
      .replaceAll(/:4000|(?<=METRICS_PORT=)9464/g, (given) => given.replace(/\d+/, String(this.#port)))
  }

  /** What the reader copies: from the latest response that contains it, otherwise from the server's output at startup. */
  #copy(name: string): string {
    const sources: Record<string, string[][]> = {
      AGENT: [['agent_id'], ['data', '0', 'agent_id']],
      CONVERSATION: [['conversation', 'id']],
      TURN: [['turn_id']],
      WORKFLOW: [['data', '0', 'id']],
      EXECUTION: [['execution_id'], ['data', '0', 'execution_id']],
      DATASET: [['data', '0', 'id']],
      MEMBER: [['data', '0', 'user_id']],
      WEBHOOK: [['id']],
      WIDGET: [['id']],
      SECRET: [['secret']],
    }
    for (const answer of this.#answers.toReversed()) {
      for (const path of sources[name] ?? []) {
        const found = read(answer, path)
        if (typeof found === 'string') return found
      }
    }
    const [, sample_agent] = /Sample agent\s+(\S+)/.exec(this.#reader.readBanner()) ?? []
    if (name !== 'AGENT' || sample_agent === undefined) throw new Error(`${name} does not occur in any response`)
    return sample_agent
  }

  /** The first line of a program names its file. */
  async #saveFile(text: string): Promise<void> {
    const [, name] = /^\/\/ (\w[\w-]*\.[jt]s)\b/.exec(text) ?? []
    if (name === undefined) throw new Error(`no file name in the first line: ${text}`)
    await writeFile(join(this.#reader.folder, name), text.replaceAll('4000', String(this.#port)))
  }

  async #startInBackground(text: string): Promise<void> {
    const script = [prelude, ...this.#assignments, ...this.#fillIn(text)].join('\n')
    const child = spawn('bash', ['-euc', script], {
      cwd: this.#reader.folder,
      env: this.#environment(),
      // Its own process group, so that it ends as a whole.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#background.push(child)
    const before = this.#printed
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (said: string) => (this.#printed += said))
    }
    await vi.waitFor(() => assert.notEqual(this.#printed, before), { timeout: 40_000, interval: 20 })
  }

  /** Another server than the page's, as the block starts it; it is ended when it is ready. */
  async #startServer(text: string): Promise<void> {
    // So was the page's.
    if (text.trim() === 'npm ci && npm start') return
    const data = await mkdtemp(join(this.#reader.folder, 'server-'))
    await chmod(data, 0o711)
    const script = [prelude, this.#replaceAddresses(text)].join('\n')
    const { PARLEY_URL: _, ...environment } = this.#environment()
    const child = spawn('bash', ['-euc', script], {
      cwd: this.#reader.folder,
      env: { ...environment, PORT: '0', PARLEY_DATA_DIR: data },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise((resolve) => child.once('close', resolve))
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => (said += piece))
    }
    const isReady = () => said.includes('Parley is ready at')
    await vi.waitUntil(() => isReady() || child.exitCode !== null, { timeout: 120_000, interval: 50 })
    child.kill('SIGTERM')
    await ended
    assert.ok(isReady(), said)
    this.#printed += said
  }

  /** What the page loads is there, and its own scripts can be read. */
  async #loadPage(text: string): Promise<void> {
    const page = this.#replaceAddresses(text).replaceAll(uuid, () => this.#copy('WIDGET'))
    for (const [, address] of page.matchAll(/ src="([^"]+)"/g)) {
      const answer = await fetch(address!)
      assert.ok(answer.ok, `${address} returned ${answer.status}`)
    }
    for (const [, script] of page.matchAll(/<script>([^]*?)<\/script>/g)) compile(script!)
  }

  /** Every line must have been printed, in this order, except for ids, times and counts. A line of dots skips some lines. */
  async #expectPrinted(text: string): Promise<void> {
    const lines = this.#replaceAddresses(text)
      .trimEnd()
      .split('\n')
      .filter((line) => line.trim() !== '…')
    await vi.waitFor(
      () => {
        const printed = mask(this.#reader.readBanner() + this.#printed).split('\n')
        let at = 0
        for (const line of lines) {
          const found = printed.indexOf(mask(line), at)
          if (found === -1) throw new Error(`not printed: ${line}\nprinted:\n${this.#printed.slice(-3000)}`)
          at = found + 1
        }
      },
      { timeout: this.#reader.patience_ms ?? 90_000, interval: 50 },
    )
  }

  #environment(): Record<string, string> {
    const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
    return {
      PATH: path,
      ...with_compiled_code,
      PARLEY_DATA_DIR: join(this.#reader.folder, 'data'),
      PARLEY_URL: this.#reader.url,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#background) {
      const ended = new Promise((resolve) => child.once('close', resolve))
      process.kill(-child.pid!, 'SIGTERM')
      await ended
    }
  }
}

function mask(text: string): string {
  return (
    text
      .replaceAll(uuid, '<id>')
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:[\d:.]+Z?/g, '<time>')
      // How a reply is split into pieces depends on the load of the machine.
      .replaceAll(/"text":"[^"]*"/g, '"text":"<piece>"')
      .replaceAll(/\b\d+ up to date/g, '<n> up to date')
      // Several files are sent at once, and any of them may be done first.
      .replaceAll(/^\S+: sent$/gm, '<file>: sent')
  )
}

function read(value: unknown, path: string[]): unknown {
  return path.reduce((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], value)
}

/** Keys and types, without the values of texts and numbers. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shapeOf(entry)]))
}
