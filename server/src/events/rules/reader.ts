// The position of a reader of a conversation's stream: in the log, and in the live text. Pure.
import type { ConversationEvent, ConversationStreamEvent } from '@parley/contract'
import type { LiveTurn } from '../../live/live-turn.ts'

type Said = Extract<ConversationStreamEvent, { event: 'message.snapshot' | 'message.delta' }>

/** Turns that are over, of which text may still arrive from another node. */
const most_remembered = 64

export interface Reader {
  /** The number of the last event that was read. */
  readonly after: number
  /** The conversation has ended, and its log was read to the end. */
  readonly isOver: boolean
  /** Returns the rest of the text of a message that it has followed, which comes before the stored message. */
  read(event: ConversationEvent): Said[]
  /** The log was read to its current end: what follows is live. */
  catchUp(): void
  /** Whether the log must be read before this can be emitted. */
  isBehind(saying: LiveTurn | null): boolean
  /** Whether what was read of the log does not tell if this turn is running. */
  isUnplaced(saying: LiveTurn | null): boolean
  /** What the log before the start says about a turn. */
  place(turn_id: string, isRunning: boolean): void
  /** Returns the text since the last look, of the turn that the log says is running. */
  look(saying: LiveTurn | null): Said[]
}

export function createReader(start: number): Reader {
  let after = start
  let isOver = false
  let isLive = false
  /** The running turn, according to the log. `joined`: it started before the reader did. */
  let running: { turn_id: string; isJoined: boolean } | null = null
  const ended = new Set<string>()
  const telling = createTelling()

  function isUnplaced(saying: LiveTurn | null): boolean {
    return saying !== null && saying.turn_id !== running?.turn_id && !ended.has(saying.turn_id)
  }

  function end(turn_id: string): void {
    ended.add(turn_id)
    if (ended.size > most_remembered) ended.delete(ended.values().next().value!)
    if (running?.turn_id === turn_id) running = null
  }

  return {
    get after() {
      return after
    },
    get isOver() {
      return isOver
    },
    read(event) {
      after = event.sequence
      if (isEndOfTurn(event)) {
        end(event.data.turn_id)
        return []
      }
      switch (event.type) {
        case 'message.created':
          return isLive && running?.turn_id === event.data.turn_id ? telling.complete(event.data, running.isJoined) : []
        case 'turn.started':
          running = { turn_id: event.data.turn_id, isJoined: !isLive }
          break
        case 'conversation.ended':
        case 'conversation.deleted':
          isOver = true
          break
        default:
          break
      }
      return []
    },
    catchUp() {
      isLive = true
    },
    isBehind(saying) {
      return isUnplaced(saying) || (saying !== null && telling.isBehind(saying))
    },
    isUnplaced,
    place(turn_id, isRunning) {
      if (isRunning) running = { turn_id, isJoined: true }
      else end(turn_id)
    },
    look(saying) {
      return saying && saying.turn_id === running?.turn_id ? telling.follow(saying, running.isJoined) : []
    },
  }
}

/** What a reader has emitted of the current step. */
function createTelling() {
  let told: Told = { turn_id: '', attempt: 0, kept: -1, saying: -1, text: '', is_stored: false }

  /** How the current text continues what was emitted: a reader who joins, or whose text is void, gets all of it. */
  function follow({ turn_id, attempt, kept, saying, text }: LiveTurn, isJoined: boolean): Said[] {
    const isSameTurn = told.turn_id === turn_id
    // Every node counts its sayings separately.
    const isSaid = isSameTurn && told.attempt === attempt && told.saying === saying
    // It arrives after the message of which it is a part.
    if (isSaid ? text.length <= told.text.length : isSameTurn && told.is_stored && told.text.startsWith(text)) return []
    const isVoid = isSameTurn && !isSaid && told.kept === kept && told.text.length > 0
    const isSnapshot = isVoid || (isJoined && !isSameTurn && text !== '')
    const rest = text.slice(isSaid ? told.text.length : 0)
    told = { turn_id, attempt, kept, saying, text, is_stored: false }
    if (isSnapshot) return [{ event: 'message.snapshot', data: { turn_id, text } }]
    return rest === '' ? [] : [{ event: 'message.delta', data: { turn_id, text: rest } }]
  }

  /** What of the message did not arrive from another node in time, or was not read in time. */
  function complete({ turn_id, role, content }: StoredMessage, isJoined: boolean): Said[] {
    if (role !== 'assistant' || turn_id === null || (isJoined && told.turn_id !== turn_id)) return []
    const isBegun = told.turn_id === turn_id && !told.is_stored
    const before = isBegun ? told : { ...told, turn_id, kept: -1, saying: -1, text: '' }
    told = { ...before, text: content.join(''), is_stored: true }
    return restOf(told, before.text)
  }
  /** The next step has begun, so the message of what was emitted is in the log: else it would be emitted again. */
  function isBehind({ turn_id, kept }: LiveTurn): boolean {
    return told.turn_id === turn_id && kept > told.kept && told.text !== '' && !told.is_stored
  }
  return { follow, complete, isBehind }
}

/** What was emitted of a step. */
interface Told extends LiveTurn {
  /** It is all of a stored message. */
  is_stored: boolean
}

function restOf({ turn_id, text }: LiveTurn, before: string): Said[] {
  if (!text.startsWith(before) || text === before) return []
  return [{ event: 'message.delta', data: { turn_id, text: text.slice(before.length) } }]
}

type StoredMessage = Extract<ConversationEvent, { type: 'message.created' }>['data']

type EndOfTurn = Extract<ConversationEvent, { type: 'turn.completed' | 'turn.failed' | 'turn.cancelled' }>

export function isEndOfTurn(event: ConversationEvent): event is EndOfTurn {
  return event.type === 'turn.completed' || event.type === 'turn.failed' || event.type === 'turn.cancelled'
}
