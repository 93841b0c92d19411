// Sends raw requests and keeps every byte of the answers; afterwards writes both as masked text.
import { createHash } from 'node:crypto'
import { type IncomingMessage, Agent, request as sendRequest } from 'node:http'
import { type Operation, type OperationId, operations } from '@parley/contract'
import { createMasks } from './masking.ts'
import { tellBody } from './body.ts'

export interface Request {
  method: string
  path: string
  headers?: Record<string, string>
  /** Sent unchanged if it is a text, else as JSON. */
  body?: unknown
  /** The bearer; default: the walk's own. Null: none. */
  as?: string | null
  /** Shown in the recording instead of the request body. */
  shown_body?: string
  /** The body of the answer is large, or differs in each build: the recording has its SHA-256, or nothing of it. */
  shows?: 'hash' | 'no body'
}

export interface Answer {
  status: number
  text: string
  headers: IncomingMessage['headers']
  /** The body, read as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a walk takes ids and tokens out of answers of every shape.
  readonly json: any
}

export interface OpenAnswer {
  /** Resolves once a text has arrived. */
  sees(text: string): Promise<void>
  /** Reads to its end. */
  ended: Promise<Answer>
  /** Disconnects, and keeps what has arrived. */
  stop(): Promise<Answer>
}

/** The parts of a request of an operation. */
export type Call = Omit<Request, 'method' | 'path'> & { params?: Record<string, string>; query?: string }

export interface Exchange {
  title: string
  request: Request
  answer: IncomingMessage | null
  bytes: Buffer
  /** Of a request to another server: nothing. */
  told: string[] | null
}

export interface Recorder extends Disposable {
  /** In the order in which the requests were made. */
  exchanges: Exchange[]
  call(id: OperationId, title: string, call?: Call): Promise<Answer>
  open(id: OperationId, title: string, call?: Call): OpenAnswer
  send(title: string, request: Request): Promise<Answer>
  /** Other bytes on the wire, line by line. */
  tell(title: string, lines: () => string[]): void
  /** Calls whose answers are not recorded. */
  prepare(id: OperationId, call?: Call): Promise<Answer>
  /** The recording: title and text of each exchange, in the order in which the requests were made. */
  render(): [title: string, text: string][]
}

export interface RecorderOptions {
  url: string
  /** Before each request: some time passes. */
  tick(): void
  /** The bearer of requests that name none. */
  key: string | null
  literals: Map<string, string>
  /** The recording that it adds to. */
  exchanges?: Exchange[]
}

export function createRecorder({ url, tick, key, literals, exchanges = [] }: RecorderOptions): Recorder {
  const agent = new Agent({ keepAlive: true })

  function begin(title: string, given: Request, isRecorded = true): { exchange: Exchange; opened: OpenAnswer } {
    tick()
    const { as = key } = given
    const request = {
      ...given,
      headers: { ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...given.headers },
    }
    const exchange: Exchange = { title, request, answer: null, bytes: Buffer.alloc(0), told: null }
    if (isRecorded) exchanges.push(exchange)
    return { exchange, opened: transfer(url, agent, exchange) }
  }

  const requestOf = (id: OperationId, { params = {}, query, ...rest }: Call): Request => {
    const { method, path } = operations[id] as Operation
    const filled = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => params[name] ?? `no-${name}`)
    return { method, path: query === undefined ? filled : `${filled}?${query}`, ...rest }
  }

  return {
    exchanges,
    call: (id, title, call = {}) => begin(`${id}: ${title}`, requestOf(id, call)).opened.ended,
    open: (id, title, call = {}) => begin(`${id}: ${title}`, requestOf(id, call)).opened,
    send: (title, request) => begin(title, request).opened.ended,
    tell(title, lines) {
      exchanges.push({ title, request: { method: '', path: '' }, answer: null, bytes: Buffer.alloc(0), told: lines() })
    },
    async prepare(id, call = {}) {
      const answer = await begin(id, requestOf(id, call), false).opened.ended
      if (answer.status >= 400) throw new Error(`${id} is to prepare something: ${answer.status} ${answer.text}`)
      return answer
    },
    render() {
      const all = new Map(literals)
      for (const { answer } of exchanges) {
        const request_id = answer?.headers['x-request-id']
        if (typeof request_id === 'string') all.set(request_id, '<request>')
      }
      const { mask } = createMasks(all)
      return exchanges.map((exchange) => [exchange.title, tellExchange(exchange, mask)])
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

const patience_ms = 60_000

function transfer(url: string, agent: Agent, exchange: Exchange): OpenAnswer {
  const { promise: ended, resolve, reject } = Promise.withResolvers<Answer>()
  ended.catch(() => {})
  let wake = Promise.withResolvers<void>()
  let isOver = false
  const finish = () => {
    if (isOver) return
    isOver = true
    wake.resolve()
    resolve(answerOf(exchange))
  }
  const { method, path, headers = {}, body } = exchange.request
  const bytes = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const sent = sendRequest(new URL(url), { agent, method, path, setHost: true }, (answer) => {
    exchange.answer = answer
    answer.on('data', (chunk: Buffer) => {
      exchange.bytes = Buffer.concat([exchange.bytes, chunk])
      wake.resolve()
      wake = Promise.withResolvers()
    })
    answer.on('end', finish).on('error', finish)
    wake.resolve()
    wake = Promise.withResolvers()
  })
  for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value)
  if (body !== undefined) {
    if (!sent.hasHeader('content-type')) sent.setHeader('content-type', 'application/json')
    if (!sent.hasHeader('content-length')) sent.setHeader('content-length', Buffer.byteLength(bytes))
  }
  sent.setTimeout(patience_ms, () => reject(new Error(`${exchange.title}: no more bytes arrived`)))
  sent.on('error', (error) => (exchange.answer === null ? reject(error) : finish()))
  sent.end(bytes)
  return {
    ended,
    async sees(text) {
      while (!exchange.bytes.includes(text)) {
        if (isOver) throw new Error(`${exchange.title}: ended before ${text} arrived: ${exchange.bytes.toString()}`)
        await wake.promise
      }
    },
    stop() {
      finish()
      sent.destroy()
      return ended
    },
  }
}

function answerOf({ answer, bytes }: Exchange): Answer {
  const { statusCode = 0, headers } = answer!
  const text = bytes.toString()
  return {
    ...{ status: statusCode, text, headers },
    get json() {
      return JSON.parse(text)
    },
  }
}

function decode(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/** Of a request that every client writes in its own way. */
const not_shown = new Set(['content-length', 'content-type'])

function tellExchange({ request, answer, bytes, told }: Exchange, mask: (text: string) => string): string {
  if (told) return told.map((line) => mask(line)).join('\n')
  if (answer === null) throw new Error(`${request.method} ${request.path} was not answered`)
  const lines = [`> ${request.method} ${mask(decode(request.path))}`]
  for (const [name, value] of Object.entries(request.headers ?? {}))
    if (!not_shown.has(name) || typeof request.body === 'string') lines.push(`> ${name}: ${mask(value)}`)
  const { body, shown_body, shows } = request
  if (body !== undefined) {
    const sent = shown_body ?? (typeof body === 'string' ? body : JSON.stringify(body))
    lines.push(...tellBody(mask(sent)).map((line) => `> ${line}`))
  }
  lines.push(`< ${answer.statusCode} ${answer.statusMessage}`)
  const headers = tellHeaders(answer, bytes.length).map((line) => `< ${mask(line)}`)
  // The hash of a body that is not shown.
  const shown = (line: string) => (shows === 'no body' ? line.replace(/^(< etag: W\/")[\w-]{43}"$/, '$1<hash>"') : line)
  lines.push(...headers.map(shown))
  if (shows === 'hash') lines.push(`(SHA-256 of the body: ${createHash('sha256').update(bytes).digest('hex')})`)
  else if (shows === 'no body') lines.push('(a body)')
  else lines.push(...tellBody(mask(bytes.toString())))
  return lines.join('\n')
}

/** By name, in their original case. */
function tellHeaders({ rawHeaders }: IncomingMessage, body_bytes: number): string[] {
  const lines: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    lines.push(`${rawHeaders[index]}: ${maskHeader(rawHeaders[index]!, rawHeaders[index + 1]!, body_bytes)}`)
  }
  return lines.sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
}

const http_date = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/

function maskHeader(name: string, value: string, body_bytes: number): string {
  if (name.toLowerCase() === 'date' && http_date.test(value)) return '<date>'
  // Of a file: depends on its build and its installation.
  if (name === 'last-modified' && http_date.test(value)) return '<date>'
  if (name === 'etag' && /^W\/"[0-9a-f]+-[0-9a-f]+"$/.test(value)) return 'W/"<size>-<time>"'
  // Ids and numbers may have other lengths; it only has to be right.
  if (name.toLowerCase() === 'content-length' && value === String(body_bytes)) return '<of the body>'
  return value
}
