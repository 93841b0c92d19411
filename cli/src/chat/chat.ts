// A conversation on the terminal: reads lines, streams replies, and cancels a turn at Ctrl-C.
import { createInterface } from 'node:readline'
import type { Client } from '@parley/sdk'
import { exit_codes, print, tell } from '../client/output.ts'
import { showControls } from '../client/terminal.ts'
import type { Surroundings } from '../surroundings.ts'
import type { ChatFlags } from './commands.ts'
import { Interrupts } from './interrupts.ts'
import { type Partner, beginWith, findPartner } from './partner.ts'
import { tellTurn } from './tell-turn.ts'

const interrupted_code = 130

export async function chat(
  client: Client,
  agent: string | undefined,
  flags: ChatFlags,
  around: Surroundings,
): Promise<void> {
  const partner = await findPartner(client, agent, flags)
  const talk = new Talk(client, partner, flags.conversation ?? null, around)
  const interrupts = new Interrupts({
    now: () => performance.now(),
    cancel: () => talk.cancel(),
    warn: () => tell(around, 'Press Ctrl-C again to quit.'),
    quit: () => process.exit(interrupted_code),
  })
  process.on('SIGINT', interrupts.take)
  try {
    if (flags.message !== undefined) {
      const isAnswered = await talk.say(flags.message)
      if (!isAnswered) around.exit_code = interrupts.count > 0 ? interrupted_code : exit_codes.failed
      return
    }
    if (talk.conversation_id === null) await talk.begin()
    await readLines(talk, interrupts, around)
  } finally {
    process.off('SIGINT', interrupts.take)
  }
}

async function readLines(talk: Talk, interrupts: Interrupts, around: Surroundings): Promise<void> {
  const isTerminal = around.stdin.isTTY === true
  const lines = createInterface({
    input: around.stdin,
    ...(isTerminal ? { output: around.stderr, prompt: '> ', terminal: true } : {}),
  })
  let isOpen = true
  lines.once('close', () => (isOpen = false))
  const prompt = () => {
    if (isTerminal && isOpen) lines.prompt()
  }
  // A terminal that is read key by key sends no signal.
  lines.on('SIGINT', interrupts.take)
  try {
    prompt()
    for await (const line of lines) {
      if (line.trim() === '/quit') break
      interrupts.forget()
      await talk.take(line.trim())
      prompt()
    }
  } finally {
    lines.close()
  }
  // A person has seen it.
  if (talk.has_failed && !isTerminal) around.exit_code = exit_codes.failed
}

class Talk {
  conversation_id: string | null
  /** Whether a message got no reply. */
  has_failed = false
  readonly #client: Client
  readonly #partner: Partner
  readonly #around: Surroundings
  #shows_tools = true
  /** The turn that was asked for; its id once it has begun. */
  #asked: { id: string | null; is_cancelled: boolean } | null = null

  constructor(client: Client, partner: Partner, conversation_id: string | null, around: Surroundings) {
    this.#client = client
    this.#partner = partner
    this.conversation_id = conversation_id
    this.#around = around
  }

  async take(line: string): Promise<void> {
    switch (line) {
      case '':
        return
      case '/new':
        return this.begin()
      case '/end':
        return this.#end()
      case '/tools':
        this.#shows_tools = !this.#shows_tools
        return tell(this.#around, this.#shows_tools ? 'Tool calls are shown.' : 'Tool calls are hidden.')
      default:
        if (/^\/\w+$/.test(line)) return tell(this.#around, 'Commands are /new, /end, /tools and /quit.')
        this.has_failed = !(await this.say(line)) || this.has_failed
    }
  }

  async begin(): Promise<void> {
    const { id, greeting } = await beginWith(this.#client, this.#partner)
    this.conversation_id = id
    tell(this.#around, `Conversation ${id}`)
    if (greeting !== null && !this.#around.json) await print(this.#around, showControls(`${greeting}\n`))
  }

  /** Whether there was a reply. */
  async say(text: string): Promise<boolean> {
    if (this.conversation_id === null) await this.begin()
    const conversation_id = this.conversation_id!
    this.#asked = { id: null, is_cancelled: false }
    const telling = {
      shows_tools: this.#shows_tools,
      onStarted: (id: string) => {
        if (this.#asked === null) return
        this.#asked.id = id
        this.#cancelIfStarted()
      },
    }
    try {
      return await tellTurn(this.#client, { conversation_id, text }, telling, this.#around)
    } finally {
      this.#asked = null
    }
  }

  async #end(): Promise<void> {
    if (this.conversation_id === null) return
    const { status } = await this.#client.endConversation({ conversation_id: this.conversation_id, prefer: 'wait=0' })
    tell(this.#around, `The conversation is ${status}. The next message begins another.`)
    this.conversation_id = null
  }

  /** At once, or as soon as the turn has begun. False if no turn was asked for. */
  cancel(): boolean {
    if (this.#asked === null) return false
    this.#asked.is_cancelled = true
    this.#cancelIfStarted()
    return true
  }

  #cancelIfStarted(): void {
    const { id, is_cancelled } = this.#asked!
    if (id === null || !is_cancelled) return
    this.#client
      .cancelTurn({ conversation_id: this.conversation_id!, turn_id: id })
      .catch((error: unknown) => tell(this.#around, `The turn could not be cancelled: ${(error as Error).message}`))
  }
}
