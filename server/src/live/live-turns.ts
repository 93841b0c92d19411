// The text that running turns are generating, and what they have found, on all nodes. It is not stored, and nothing depends on it. Readers pull the text so
// far, so a slow reader costs nothing and misses no text, only the division into pieces.
import type { Bus } from './bus.ts'
import { type Signals, signalsOf } from './signals.ts'
import type { Ports } from '../base/ports.ts'
import { createFollows } from './follows.ts'
import { type LiveRetrievals, createLiveRetrievals } from './live-retrievals.ts'
import type { LiveTurn } from './live-turn.ts'
import { type Piece, createRelay, said } from './relay.ts'
import { changed } from './shared.ts'

export interface LiveTurns extends Disposable, Pick<LiveRetrievals, 'retrieve' | 'retrieved'> {
  /** The running turn of a conversation on any node; null if none is known. */
  read(conversation_id: string): LiveTurn | null
  /** The engine of this node calls it when a step begins. */
  begin(conversation_id: string, step: Omit<LiveTurn, 'saying' | 'text'>): void
  say(conversation_id: string, text: string): void
  /** The attempt on this node has ended and adds no more text. */
  end(conversation_id: string, turn_id: string): void
  /** According to the log the turn has ended, so its text from another node is no longer reported. */
  forget(conversation_id: string, turn_id: string): void
  /** Makes other nodes report about the conversation until the result is disposed of. */
  follow(conversation_id: string): Disposable
  isFollowedElsewhere(conversation_id: string): boolean
  /** Tells other nodes that follow the conversation that something was stored. */
  announceStored(conversation_id: string): void
  /** The conversations that this node follows. */
  followed(): string[]
}

/** The signal's key for changes of the text that is being generated. */
export const liveKey = signalsOf('live')

/** Whether anybody reads the text as it is generated, here or on another node. */
export function isReadLive(
  { signals, turns }: { signals: Signals; turns: Pick<LiveTurns, 'isFollowedElsewhere'> },
  conversation_id: string,
): boolean {
  return signals.isAwaited(liveKey(conversation_id)) || turns.isFollowedElsewhere(conversation_id)
}

export interface LiveOptions {
  bus: Bus
  signals: Signals
  ports: Pick<Ports, 'clock'>
  node_id: string
}

export function createLiveTurns({ bus, signals, ports, node_id }: LiveOptions): LiveTurns {
  const here = new Map<string, LiveTurn>()
  let sayings = 0
  const elsewhere = new Map<string, LiveTurn>()
  const follows = createFollows({
    bus,
    ports,
    node_id,
    onFollowed(conversation_id) {
      relay.fromStart(conversation_id)
      if (here.has(conversation_id)) searches.tellAgain(conversation_id)
    },
    onUnfollowed: (conversation_id) => void elsewhere.delete(conversation_id),
  })

  const wake = (conversation_id: string) => signals.notify(liveKey(conversation_id))
  const searches = createLiveRetrievals({ bus, follows, wake })
  const relay = createRelay({ bus, clock: ports.clock, read: readFollowed })

  function readFollowed(conversation_id: string): LiveTurn | null {
    return follows.isFollowedElsewhere(conversation_id) ? (here.get(conversation_id) ?? null) : null
  }

  function hear({ conversation_id, offset, text, ...step }: Piece): void {
    if (here.has(conversation_id) || !follows.isFollowedHere(conversation_id)) return
    const known = elsewhere.get(conversation_id)
    const isSameTurn = known?.turn_id === step.turn_id
    // The message comes from a node that lost the turn and does not know it yet.
    if (isSameTurn && step.attempt < known.attempt) return
    const isSame = isSameTurn && known.attempt === step.attempt && known.saying === step.saying
    const before = isSame ? known.text : ''
    if (offset > before.length) return follows.ask(conversation_id) // a piece is missing
    if (isSame && offset + text.length <= before.length) return
    elsewhere.set(conversation_id, { ...step, text: before.slice(0, offset) + text })
    signals.notify(liveKey(conversation_id))
  }

  bus.subscribe(said, hear)
  return {
    ...{ retrieve: searches.retrieve, retrieved: searches.retrieved },
    read: (conversation_id) => here.get(conversation_id) ?? elsewhere.get(conversation_id) ?? null,
    begin(conversation_id, step) {
      here.set(conversation_id, { ...step, saying: (sayings += 1), text: '' })
      elsewhere.delete(conversation_id)
      signals.notify(liveKey(conversation_id))
      relay.tell(conversation_id)
    },
    say(conversation_id, text) {
      const step = here.get(conversation_id)
      if (!step) return
      step.text += text
      signals.notify(liveKey(conversation_id))
      relay.tell(conversation_id)
    },
    end(conversation_id, turn_id) {
      searches.drop(conversation_id, turn_id)
      if (here.get(conversation_id)?.turn_id !== turn_id) return
      here.delete(conversation_id)
      relay.forget(conversation_id)
    },
    forget(conversation_id, turn_id) {
      if (elsewhere.get(conversation_id)?.turn_id === turn_id) elsewhere.delete(conversation_id)
      if (!here.has(conversation_id)) searches.drop(conversation_id, turn_id)
    },
    ...{ follow: follows.follow, isFollowedElsewhere: follows.isFollowedElsewhere, followed: follows.followedHere },
    announceStored(conversation_id) {
      if (follows.isFollowedElsewhere(conversation_id)) void bus.publish(changed, conversation_id)
    },
    [Symbol.dispose]: () => follows[Symbol.dispose](),
  }
}
