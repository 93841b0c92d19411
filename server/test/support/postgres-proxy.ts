// A proxy in front of PostgreSQL that drops, delays and swallows messages at chosen points, as a network can at any point. It parses
// only what that needs: where messages begin, which statement they carry, when a response is complete. No TLS.
import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'
import pg from 'pg'

/** A statement on its way to the server: a simple query, or the messages of a prepared one up to their Sync. */
export interface PassingStatement {
  /** The name given by the driver, otherwise the text. */
  name: string
  text: string
  /** The earlier statements of its transaction, starting with `begin`; empty outside a transaction. */
  before: readonly PassingStatement[]
}

/** How a connection is lost: FIN, RST, or it stays open but nothing arrives any more. */
export type Loss = 'cut' | 'reset' | 'stall'

export interface FaultPoint {
  /**
   * `before`: the statement does not reach the server. `after`: it was executed, but its response does not reach the client.
   * `late`: the client loses the connection while the statement is still under way; it arrives on `release`.
   */
  when: 'before' | 'after' | 'late'
  how: Loss
  /** Affects all connections, including new ones until `release`, and not only that of the statement. */
  for_good?: boolean
}

export interface Fault {
  /** What was hit so far. */
  readonly hits: readonly PassingStatement[]
  /** Resolves with the first hit. */
  readonly hit: Promise<PassingStatement>
  /** How many new connections it has affected. */
  readonly refused: number
  readonly isReleased: boolean
  /** Stops hitting; what it holds continues. */
  release(): void
}

export interface PostgresProxy extends AsyncDisposable {
  /** The connection string of the same database through the proxy. */
  through(connection_string: string): string
  /** Every statement that reached the proxy. A test may empty it. */
  readonly statements: PassingStatement[]
  /** Drops every connection that carried a statement with matching text. New ones are served. */
  lose(how: 'cut' | 'reset', of: RegExp): void
  /** From now on such connections deliver nothing to the client, and neither side notices. */
  deafen(of: RegExp): void
  /**
   * Hits the next commits of transactions with a statement of this name, or with a matching name or text; outside a transaction, the
   * statement itself.
   */
  atCommit(point: FaultPoint & { of: string | RegExp }): Fault
  /** Hits the nth statement from now among those that `counts` accepts. */
  failStatement(nth: number, point: FaultPoint & { counts?: (statement: PassingStatement) => boolean }): Fault
}

interface ArmedFault extends FaultPoint {
  isArmed: boolean
  refused: number
  isReleased: boolean
  matches: (statement: PassingStatement) => boolean
  /** With `after`: whether the response says that it succeeded. */
  isDone: (answer: Buffer) => boolean
  hits: PassingStatement[]
  report: (statement: PassingStatement) => void
  held: Gate[]
}

interface Link {
  client: Socket
  to_server: Gate
  to_client: Gate
  isLost: boolean
  /** Texts of prepared statements by name. */
  texts: Map<string, string>
  /** Every text so far. */
  said: Set<string>
  transaction: PassingStatement[]
  /** Responses that the server owes, oldest first. Each is passed on or meets a fault. */
  owed: (null | { fault: ArmedFault; statement: PassingStatement })[]
}

/** One direction of a connection. */
class Gate {
  readonly #target: Socket
  #mode: 'open' | 'held' | 'lost' = 'open'
  #held: (Buffer | null)[] = []

  constructor(target: Socket) {
    this.#target = target
  }

  shut(mode: 'held' | 'lost'): void {
    this.#mode = mode
  }

  /** A lost connection stays lost, because a stream with a gap is useless. */
  open(): void {
    if (this.#mode !== 'held') return
    this.#mode = 'open'
    for (const bytes of this.#held.splice(0)) this.pass(bytes)
  }

  /** Null is the end of the connection. */
  pass(bytes: Buffer | null): void {
    if (this.#mode === 'held') this.#held.push(bytes)
    if (this.#mode !== 'open') return
    if (bytes === null) this.#target.end()
    else if (this.#target.writable) this.#target.write(bytes)
  }
}

/** Starts a proxy on its own port in front of the server of this connection string. */
export async function startPostgresProxy(upstream: string): Promise<PostgresProxy> {
  const links = new Set<Link>()
  const sockets = new Set<Socket>()
  const faults = new Set<ArmedFault>()
  const statements: PassingStatement[] = []
  /** Faults that stay active. */
  const away = new Set<ArmedFault>()

  function arm(point: FaultPoint, matches: ArmedFault['matches'], isDone: ArmedFault['isDone'] = () => true): Fault {
    const hit = Promise.withResolvers<PassingStatement>()
    const state = {
      isArmed: true,
      refused: 0,
      isReleased: false,
      matches,
      isDone,
      hits: [],
      report: hit.resolve,
      held: [],
    }
    const fault: ArmedFault = { ...point, ...state }
    faults.add(fault)
    return {
      hits: fault.hits,
      hit: hit.promise,
      get refused() {
        return fault.refused
      },
      get isReleased() {
        return fault.isReleased
      },
      release() {
        fault.isReleased = true
        faults.delete(fault)
        away.delete(fault)
        for (const gate of fault.held.splice(0)) gate.open()
      },
    }
  }

  /** Data from now on continues on `release`. */
  function hold(fault: ArmedFault, ...gates: Gate[]): void {
    for (const gate of gates) gate.shut('held')
    fault.held.push(...gates)
  }

  function strike(fault: ArmedFault, link: Link, statement: PassingStatement, gate: Gate, bytes: Buffer): void {
    if (fault.how === 'stall' || fault.when === 'late') {
      hold(fault, gate)
      gate.pass(bytes)
    }
    if (fault.for_good) away.add(fault)
    for (const each of fault.for_good ? links : [link]) {
      if (fault.how !== 'stall') lose(each, fault.how)
      else if (each !== link) hold(fault, each.to_server, each.to_client)
    }
    fault.hits.push(statement)
    fault.report(statement)
  }

  function onStatement(link: Link, statement: PassingStatement, bytes: Buffer): void {
    statements.push(statement)
    link.said.add(statement.text)
    const fault = [...faults].find(({ isArmed, matches }) => isArmed && matches(statement))
    if (fault) fault.isArmed = false
    if (fault && fault.when !== 'after') {
      link.owed.push(null)
      return strike(fault, link, statement, link.to_server, bytes)
    }
    link.owed.push(fault ? { fault, statement } : null)
    link.to_server.pass(bytes)
  }

  function onAnswer(link: Link, answer: Buffer): void {
    const owed = link.owed.shift()
    if (link.isLost) return
    if (owed?.fault.isDone(answer)) strike(owed.fault, link, owed.statement, link.to_client, answer)
    else link.to_client.pass(answer)
  }

  function accept(client: Socket): void {
    client.on('error', () => {})
    for (const fault of away) fault.refused += 1
    if ([...away].some(({ how }) => how !== 'stall')) return void client.resetAndDestroy()
    const server = connect(addressOf(upstream)).on('error', () => {})
    for (const socket of [client, server]) sockets.add(socket.on('close', () => sockets.delete(socket)))
    const link: Link = {
      client,
      to_server: new Gate(server),
      to_client: new Gate(client),
      isLost: false,
      texts: new Map(),
      said: new Set(),
      transaction: [],
      owed: [],
    }
    links.add(link)
    for (const fault of away) hold(fault, link.to_server, link.to_client)
    readClient(link, onStatement)
    readServer(link, server, onAnswer)
    client.on('close', () => {
      links.delete(link)
      link.to_server.pass(null)
    })
    server.on('close', () => link.to_client.pass(null))
  }

  const listener = createServer(accept).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    statements,
    through: (connection_string) => redirect(connection_string, listener),
    lose(how, of) {
      for (const link of links) if (hasSaid(link, of)) lose(link, how)
    },
    deafen(of) {
      for (const link of links) if (hasSaid(link, of)) link.to_client.shut('lost')
    },
    atCommit({ of, ...point }) {
      const isMeant = ({ name, text }: PassingStatement) =>
        typeof of === 'string' ? name === of : of.test(name) || of.test(text)
      const matches = (statement: PassingStatement) =>
        statement.before.length > 0
          ? /^\s*commit\b/i.test(statement.text) && statement.before.some(isMeant)
          : isMeant(statement)
      return arm(point, matches, (answer) => /(COMMIT|SELECT \d+)\0/.test(answer.toString('latin1')))
    },
    failStatement(nth, { counts = () => true, ...point }) {
      let count = 0
      return arm(point, (statement) => counts(statement) && ++count === nth)
    },
    async [Symbol.asyncDispose]() {
      listener.close()
      for (const socket of sockets) socket.destroy()
      await once(listener, 'close')
    },
  }
}

function hasSaid({ said }: Link, of: RegExp): boolean {
  return [...said].some((text) => of.test(text))
}

/** The client notices at once; so does the server, unless data to it is held, which it then finds ended. */
function lose(link: Link, how: 'cut' | 'reset'): void {
  if (link.isLost) return
  link.isLost = true
  if (how === 'cut') link.client.end()
  else link.client.resetAndDestroy()
  link.to_server.pass(null)
}

/** Collects the messages of one statement, and passes everything else on at once. */
function readClient(link: Link, onStatement: (link: Link, statement: PassingStatement, bytes: Buffer) => void): void {
  let isStarted = false
  let name = ''
  const messages: Buffer[] = []
  const read = cutMessages((message) => {
    if (link.isLost) return
    if (!isStarted) {
      isStarted = true
      link.owed.push(null)
      return link.to_server.pass(message)
    }
    const type = String.fromCharCode(message[0]!)
    if (!'QPBDECHS'.includes(type)) return link.to_server.pass(message)
    const [first = '', second = ''] = message.toString('utf8', 5).split('\0', 2)
    messages.push(message)
    if (type === 'P') link.texts.set(first, second)
    if (type === 'B') name = second
    if (type !== 'Q' && type !== 'S') return
    const text = type === 'Q' ? first : (link.texts.get(name) ?? '')
    const statement = { name: (type === 'S' && name) || text, text, before: [...link.transaction] }
    link.transaction.push(statement)
    onStatement(link, statement, Buffer.concat(messages.splice(0)))
  }, true)
  link.client.on('data', read)
}

/** Collects the response to each statement up to ReadyForQuery, with anything in between. */
function readServer(link: Link, server: Socket, onAnswer: (link: Link, answer: Buffer) => void): void {
  const messages: Buffer[] = []
  const read = cutMessages((message) => {
    const type = String.fromCharCode(message[0]!)
    // Not a response (a notification), or the client must respond first (authentication, rows to copy).
    if (link.owed.length === 0 || type === 'R' || type === 'G') {
      if (!link.isLost) link.to_client.pass(message)
      return
    }
    messages.push(message)
    if (type !== 'Z') return
    if (message[5] === 'I'.charCodeAt(0)) link.transaction.length = 0
    onAnswer(link, Buffer.concat(messages.splice(0)))
  }, false)
  server.on('data', read)
  // The reason why the server closes a connection arrives without ReadyForQuery.
  server.on('end', () => {
    if (!link.isLost && messages.length > 0) link.to_client.pass(Buffer.concat(messages))
  })
}

/** Calls back with each complete message: a type, except for a client's first message, a length, and the content. */
function cutMessages(onMessage: (message: Buffer) => void, isClient: boolean): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let typeBytes = isClient ? 0 : 1
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= typeBytes + 4) {
      const length = typeBytes + rest.readInt32BE(typeBytes)
      if (rest.length < length) return
      const message = rest.subarray(0, length)
      rest = rest.subarray(length)
      typeBytes = 1
      onMessage(message)
    }
  }
}

function addressOf(connection_string: string): { path: string } | { host: string; port: number } {
  const { host, port } = new pg.Client({ connectionString: connection_string })
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }
}

function redirect(connection_string: string, listener: Server): string {
  const { user = '', password, database = '' } = new pg.Client({ connectionString: connection_string })
  const secret = password ? `:${encodeURIComponent(password)}` : ''
  const { port } = listener.address() as AddressInfo
  return `postgresql://${encodeURIComponent(user)}${secret}@127.0.0.1:${port}/${encodeURIComponent(database)}`
}
