// Follows docs/guides/quickstart.md word by word in a clean clone and an empty home, and says when the first word of a reply arrived:
// `npm run test:quickstart`. Fails after two minutes. It measures what is committed, with every package downloaded.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

const limit_seconds = 120
const repository = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'parley-quickstart-'))
const clone = join(folder, 'parley')
const home = join(folder, 'home')

/** Of a shell that this repository has not touched: its own Node is not in the path, and npm knows only its registry. */
const environment = {
  HOME: home,
  PATH: (process.env['PATH'] ?? '')
    .split(':')
    .filter((path) => !path.includes('node_modules'))
    .join(':'),
  LANG: process.env['LANG'] ?? 'C.UTF-8',
  npm_config_userconfig: join(homedir(), '.npmrc'),
}

const start = performance.now()
const told: [what: string, seconds: number][] = []
const note = (what: string) => told.push([what, (performance.now() - start) / 1000])

interface Block {
  mark: string
  text: string
}

/** The shell blocks of the guide. */
function readBlocks(): Block[] {
  const guide = readFileSync(join(clone, 'docs/guides/quickstart.md'), 'utf8')
  return [...guide.matchAll(/^```sh(?: ([^\n]*))?\n([^]*?)^```$/gm)].map(([, mark = '', text]) => ({
    mark,
    text: text!,
  }))
}

/** The guide's own if nobody has it. */
async function choosePort(): Promise<number> {
  const listen = (port: number) =>
    new Promise<number | null>((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(null))
      server.listen(port, '127.0.0.1', () => {
        const chosen = (server.address() as { port: number }).port
        server.close(() => resolve(chosen))
      })
    })
  return (await listen(8080)) ?? (await listen(0))!
}

/** Resolves with what it has printed as soon as that contains the text; rejects if it ends before. */
function untilPrinted(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const read = (piece: Buffer) => {
      printed += String(piece)
      if (printed.includes(text)) resolve(printed)
    }
    child.stdout!.on('data', read)
    child.stderr!.on('data', read)
    child.once('close', (code) => reject(new Error(`ended with ${code} without "${text}":\n${printed}`)))
  })
}

/** In one shell after the other, as in one terminal: lines that only set variables are kept. */
class Terminal {
  readonly #port: number
  readonly #variables: string[] = []
  #printed: string

  constructor(port: number, printed: string) {
    this.#port = port
    this.#printed = printed
  }

  /** Resolves with what the block has printed. `awaited`: resolves `seen` when it has printed this. */
  async run({ text }: Block, awaited?: { text: string; seen(): void }): Promise<void> {
    const lines = text
      .trimEnd()
      .replaceAll(':8080', `:${this.#port}`)
      .split('\n')
      .map((line) => this.#copyId(line))
    const script = [...this.#variables, ...lines].join('\n')
    const child = spawn('bash', ['-euc', script], {
      cwd: clone,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    child.stdout.on('data', (piece: Buffer) => {
      const isNew = awaited !== undefined && !printed.includes(awaited.text)
      printed += String(piece)
      if (isNew && printed.includes(awaited.text)) awaited.seen()
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    if (code !== 0) throw new Error(`ended with ${String(code)}:\n${script}\n${printed}`)
    this.#printed = printed
    this.#variables.push(...lines.filter((line) => /^[A-Z]+=\S+$|^[A-Z]+="[^"]*"$/.test(line)))
  }

  /** Of the agent from the server's output, of the conversation from the last answer, as the guide says. */
  #copyId(line: string): string {
    const [, name] = /^(AGENT|CONVERSATION)=[0-9a-f-]{36}$/.exec(line) ?? []
    if (name === undefined) return line
    const pattern = name === 'AGENT' ? /Sample agent +(\S+)/ : /"conversation":\{"id":"([^"]+)"/
    const id = pattern.exec(this.#printed)?.[1]
    if (id === undefined) throw new Error(`nothing to copy for ${name} in:\n${this.#printed}`)
    return `${name}=${id}`
  }
}

async function follow(port: number): Promise<void> {
  mkdirSync(home)
  execFileSync('git', ['clone', '--quiet', repository, clone], { env: environment, stdio: 'inherit' })
  note('the repository is cloned')
  const [first, ...rest] = readBlocks()
  const server = spawn('bash', ['-c', `exec 2>&1; ${first!.text}`], {
    cwd: clone,
    env: { ...environment, PORT: String(port) },
    // Its own group, which ends as a whole.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    void untilPrinted(server, 'added ').then(
      () => note('the packages are installed'),
      () => {},
    )
    const printed = await untilPrinted(server, 'Sample agent')
    if (printed.includes('not built')) throw new Error(printed)
    const terminal = new Terminal(port, printed)
    note('the server is ready')
    const first_word = { text: 'event: message.delta', seen: () => note('the first word of a reply is there') }
    for (const block of rest) await terminal.run(block, first_word)
    note('the rest of the guide is done')
  } finally {
    process.kill(-server.pid!, 'SIGTERM')
    await new Promise((resolve) => server.once('close', resolve))
  }
}

try {
  await follow(await choosePort())
} finally {
  rmSync(folder, { recursive: true, force: true })
  for (const [what, seconds] of told) console.log(`${seconds.toFixed(1).padStart(6)} s  ${what}`)
}
const reply = told.find(([what]) => what.includes('first word'))
if (reply === undefined || reply[1] >= limit_seconds) {
  console.error(`A reply has to be there after ${limit_seconds} s.`)
  process.exitCode = 1
}
