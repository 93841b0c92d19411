// When this tab reads the stream itself: while it is seen, and holds the lock of the tabs or hears nothing from the one that does.
import { hidden_at_most_ms, shouldRead } from './election.ts'
import type { Ports } from './ports.ts'

interface Given {
  ports: Ports
  /** Null: this tab reads for itself. */
  lock_name: string | null
  /** There is nothing more to read. */
  isOver: () => boolean
  /** Asks the tab that reads for what is missing here. */
  ask: () => void
  /** Reads until it is aborted or there is nothing more. */
  read: (signal: AbortSignal) => Promise<void>
  /** The page is seen again, after so long. */
  seen: (hidden_ms: number) => void
}

export interface Duty {
  isReading(): boolean
  /** The page is seen again, hidden, or online. */
  wake(): void
  /** Another tab reads. */
  heard(): void
  stop(): void
}

const asked_at_most_ms = 1500

export function createDuty({ ports, lock_name, isOver, ask, read, seen }: Given): Duty {
  const all = new AbortController()
  let turn: AbortController | null = null
  let reading: { signal: AbortSignal; done: Promise<void> } | null = null
  let hidden_since: number | null = null
  let stopHiding = () => {}
  let stopAsking = () => {}

  const readOn = (signal: AbortSignal): Promise<void> => {
    stopAsking()
    // One that was aborted may not have come to its end yet.
    if (reading?.signal === signal) return reading.done
    const done = read(signal).finally(() => {
      if (reading === mine) reading = null
    })
    const mine = { signal, done }
    reading = mine
    return done
  }
  const begin = () => {
    if (turn || all.signal.aborted || isOver()) return
    turn = new AbortController()
    const { signal } = turn
    if (lock_name === null || !ports.lock) return void readOn(signal)
    ask()
    // Nobody answers: this tab reads for itself, and still waits for the lock.
    stopAsking = ports.after(asked_at_most_ms, () => {
      if (!signal.aborted && !isOver()) void readOn(signal)
    })
    void ports.lock(lock_name, signal, () => readOn(signal)).catch(() => {})
  }
  const end = () => {
    turn?.abort()
    turn = null
    stopAsking()
  }
  const hide = () => {
    if (hidden_since !== null) return
    hidden_since = ports.now()
    stopHiding = ports.after(hidden_at_most_ms, () => {
      if (!shouldRead(hidden_since, ports.now())) end()
    })
  }
  begin()
  return {
    isReading: () => reading !== null,
    heard: () => stopAsking(),
    wake() {
      if (ports.isHidden()) return hide()
      const hidden_ms = hidden_since === null ? 0 : ports.now() - hidden_since
      hidden_since = null
      stopHiding()
      seen(hidden_ms)
      begin()
    },
    stop() {
      all.abort()
      end()
      stopHiding()
    },
  }
}
