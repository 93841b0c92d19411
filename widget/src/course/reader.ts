// Reads a conversation's event stream, one tab for all where the browser has locks, and passes on what it reads.
import { createDuty } from './duty.ts'
import { type Log, type TabMessage, answerWant, emptyLog, pauseBeforeOpen, readInto, takeIn } from './election.ts'
import { type Ports, pause } from './ports.ts'
import { type Session, isRefused } from './session.ts'
import { readStream } from './stream.ts'
import { type StreamEvent, type View, emptyView } from './view.ts'

interface ReaderState {
  conversation_id: string
  view: View
  connection: 'open' | 'opening'
}

export interface Reader {
  /** What other tabs say. */
  hear(message: TabMessage): void
  /** The page is seen again, hidden, or online. */
  wake(): void
  stop(): void
}

interface Given {
  ports: Ports
  session: Session
  conversation_id: string
  /** Of the lock; null: this tab reads for itself. */
  lock_name: string | null
  show: (state: ReaderState) => void
  /** The server knows no such conversation of this visitor. */
  lost: () => void
}

const slept_ms = 5000
const steady_ms = 10_000

export function createReader({ ports, session, conversation_id, lock_name, show, lost }: Given): Reader {
  let isStopped = false
  let log: Log = emptyLog(conversation_id, emptyView)
  let connection: ReaderState['connection'] = 'opening'

  const publish = () => !isStopped && show({ conversation_id, view: log.view, connection })
  const tell = (message: TabMessage) => lock_name !== null && ports.channel?.post(message)
  const setConnection = (value: ReaderState['connection']) => {
    if (connection === value) return
    connection = value
    publish()
  }
  const take = (events: readonly StreamEvent[]) => {
    if (events.length === 0) return
    const after = log.view.last
    log = readInto(log, events)
    tell({ type: 'events', conversation_id, after, events })
    publish()
  }
  const line = createLine({ ports, session, conversation_id, lost, log: () => log, take, setConnection })
  publish()
  const duty = createDuty({
    ports,
    lock_name,
    isOver: () => log.view.ended !== null,
    ask: () => tell({ type: 'want', conversation_id, after: log.view.last }),
    read: line.read,
    seen: line.wake,
  })
  return {
    wake: duty.wake,
    hear(message) {
      if (message.conversation_id !== conversation_id) return
      if (message.type === 'want') {
        const answer = duty.isReading() || log.view.ended ? answerWant(log, message) : null
        if (answer) tell(answer)
      } else if (!duty.isReading()) {
        duty.heard()
        const taken = takeIn(log, message)
        log = taken.log
        if (taken.want) tell(taken.want)
        connection = 'open'
        publish()
      }
    },
    stop() {
      isStopped = true
      duty.stop()
    },
  }
}

interface LineGiven extends Pick<Given, 'ports' | 'session' | 'conversation_id' | 'lost'> {
  log: () => Log
  take: (events: readonly StreamEvent[]) => void
  setConnection: (value: ReaderState['connection']) => void
}

/** Connects again and again, until the conversation is over. */
function createLine({ ports, session, conversation_id, lost, log, take, setConnection }: LineGiven) {
  let heard_at = ports.now()
  let cut = () => {}
  let skipPause = () => {}
  const hear = (events: StreamEvent[]) => {
    heard_at = ports.now()
    take(events)
  }
  /** Resolves with how long to wait at least, or `over`. */
  const readOnce = async (signal: AbortSignal): Promise<number | 'over' | null> => {
    const access = await session.access(conversation_id)
    if (access === null || signal.aborted) return null
    if (isRefused(access)) {
      if (access.status !== 404 && access.status !== 403) return access.retry_after_ms
      lost()
      return 'over'
    }
    heard_at = ports.now()
    const reply = await readStream({
      ports,
      conversation_id,
      token: access.token,
      last: log().view.last,
      signal,
      hold: (abort) => (cut = abort),
      opened: () => setConnection('open'),
      heard: hear,
    })
    if (reply?.status === 401) session.forgetAccess(conversation_id)
    return log().view.ended || reply?.status === 204 ? 'over' : (reply?.retry_after_ms ?? null)
  }
  return {
    async read(signal: AbortSignal): Promise<void> {
      let failures = 0
      while (!signal.aborted && !log().view.ended) {
        const opened_at = ports.now()
        const before = log().view.last
        const outcome = await readOnce(signal)
        if (outcome === 'over') setConnection('open')
        if (outcome === 'over' || signal.aborted) return
        // A stream that has brought something, or stayed open, ends without being a failure.
        failures = log().view.last > before || ports.now() - opened_at > steady_ms ? 0 : failures + 1
        setConnection('opening')
        const ms = pauseBeforeOpen(failures, outcome, ports.random())
        await pause(ports, ms, signal, (wake) => (skipPause = wake))
      }
    },
    wake(hidden_ms: number) {
      // What was open may be dead without having been told so.
      if (hidden_ms > slept_ms && ports.now() - heard_at > slept_ms) cut()
      skipPause()
    },
  }
}
