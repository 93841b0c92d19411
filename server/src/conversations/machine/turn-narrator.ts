// Turns a turn's stored items and live text into the events of its stream. Pure. Whatever it is shown, in whatever order,
// the text since the last `turn.restarted` is always a prefix of what is true now.
import type { TurnStreamEvent } from '@parley/contract'
import type { LiveTurn } from '../../live/live-turn.ts'
import type { ItemRecord } from './rows.ts'
import { type RetrievalEvent } from './retrievals.ts'
import { countPieces, textOf, widgetOf } from './turn-items.ts'

export class TurnNarrator {
  readonly #turn_id: string
  readonly #tells: { tells_calls: boolean; tells_widgets: boolean }
  /** Text emitted since the last start. */
  #told = ''
  /** Since the last `turn.restarted`, only stored text was emitted. */
  #isTakenBack = false
  /** Text that is in the transcript. */
  #kept = ''
  /** Where the text of each item ends in it. */
  #ends: number[] = []
  /** The separator between that and the next text. */
  #before_next = ''
  /** How many pieces of the turn were emitted. */
  #pieces = 0
  #attempt = 0
  /** The last saying of the step that was emitted. */
  #saying: number | null = null
  readonly #calls = new Set<string>()
  readonly #results = new Set<string>()
  readonly #retrievals = new Set<string>()
  /** Searches of calls that were not emitted yet. */
  readonly #waiting = new Map<string, RetrievalEvent[]>()
  /** How many stored searches were emitted. */
  stored_retrievals = 0

  constructor(turn_id: string, tells: { tells_calls: boolean; tells_widgets: boolean }) {
    this.#turn_id = turn_id
    this.#tells = tells
  }

  /** Whether the stored items must be read before this can be emitted. */
  isBehind({ attempt, kept }: LiveTurn): boolean {
    return attempt > this.#attempt || (attempt === this.#attempt && kept > this.#pieces)
  }

  /** An attempt carries the turn out. */
  *start(attempt: number): Generator<TurnStreamEvent> {
    if (attempt <= this.#attempt) return
    const isFirst = this.#attempt === 0
    this.#attempt = attempt
    const data = { turn_id: this.#turn_id, attempt }
    if (isFirst) yield { event: 'turn.started', data }
    // Of two simultaneous reasons, only one was announced: the node that lost the turn had started the step again.
    else if (!this.#isTakenBack) yield* this.#restart()
  }

  /** Whether an attempt has carried it out. */
  get hasStarted(): boolean {
    return this.#attempt > 0
  }

  /** All stored searches of the turn. */
  *keepRetrievals(stored: readonly RetrievalEvent[]): Generator<TurnStreamEvent> {
    this.stored_retrievals = stored.length
    yield* this.retrieve(stored)
  }

  /** Searches of the turn, stored or not. That of a call follows its start. */
  *retrieve(found: readonly RetrievalEvent[]): Generator<TurnStreamEvent> {
    for (const data of found) {
      if (this.#retrievals.has(data.id)) continue
      this.#retrievals.add(data.id)
      const { call_id } = data
      if (call_id === null || this.#calls.has(call_id)) yield* this.#tellRetrievals([data])
      else this.#waiting.set(call_id, [...(this.#waiting.get(call_id) ?? []), data])
    }
  }

  *#tellRetrievals(found: readonly RetrievalEvent[]): Generator<TurnStreamEvent> {
    if (this.#tells.tells_calls) for (const data of found) yield { event: 'retrieval.completed', data }
  }

  /** What the turn has stored so far: the items of this many finished steps. */
  *keep(items: readonly ItemRecord[], steps: number): Generator<TurnStreamEvent> {
    this.#pieces = countPieces(items, steps)
    const text = this.#keepText(items)
    // Text beyond that belongs to the current step.
    if (!text.startsWith(this.#told) && !this.#told.startsWith(text)) yield* this.#restart()
    yield* this.#tellItems(items)
  }

  /** The live text of the current step. */
  *say({ attempt, kept, saying, text }: LiveTurn): Generator<TurnStreamEvent> {
    if (attempt !== this.#attempt || kept !== this.#pieces) return
    if (saying !== this.#saying && this.#told !== this.#kept) yield* this.#restart()
    this.#saying = saying
    const whole = this.#kept + (text === '' ? '' : this.#before_next + text)
    if (whole.length > this.#told.length) yield this.#delta(whole.slice(this.#told.length))
  }

  /** All items of the turn, which is over. */
  *finish(items: readonly ItemRecord[]): Generator<TurnStreamEvent> {
    if (!this.#keepText(items).startsWith(this.#told)) yield* this.#restart()
    yield* this.#tellItems(items)
  }

  #keepText(items: readonly ItemRecord[]): string {
    const { text, before_next, ends } = textOf(items)
    this.#kept = text
    this.#before_next = before_next
    this.#ends = ends
    return text
  }

  /** In their order, however many of them are new. What a tool said, which is stored after its result, comes before it. */
  *#tellItems(items: readonly ItemRecord[]): Generator<TurnStreamEvent> {
    for (const [index, item] of items.entries()) {
      const next = items[index + 1]
      const isItsText = next?.type === 'message' && next.call_id !== null && next.call_id === item.call_id
      const end = this.#ends[isItsText ? index + 1 : index]!
      if (end > this.#told.length) yield this.#delta(this.#kept.slice(this.#told.length, end))
      yield* this.#tellCall(item, items)
    }
  }

  /** Text emitted after the finished steps is void. */
  *#restart(): Generator<TurnStreamEvent> {
    this.#told = ''
    yield { event: 'turn.restarted', data: { turn_id: this.#turn_id, attempt: this.#attempt } }
    if (this.#kept !== '') yield this.#delta(this.#kept)
    this.#isTakenBack = true
  }

  #delta(text: string): TurnStreamEvent {
    this.#told += text
    this.#isTakenBack = false
    return { event: 'message.delta', data: { turn_id: this.#turn_id, text } }
  }

  *#tellCall(item: ItemRecord, items: readonly ItemRecord[]): Generator<TurnStreamEvent> {
    if (item.type === 'message') return
    const call_id = item.call_id!
    const call = items.find((other) => other.type === 'function_call' && other.call_id === call_id)
    const fields = { turn_id: this.#turn_id, call_id, name: item.name!, arguments: call?.arguments ?? {} }
    if (item.type === 'function_call') {
      if (this.#calls.has(call_id)) return
      this.#calls.add(call_id)
      if (this.#tells.tells_calls) yield { event: 'tool_call.started', data: fields }
      yield* this.#tellRetrievals(this.#waiting.get(call_id) ?? [])
      return
    }
    if (this.#results.has(call_id)) return
    this.#results.add(call_id)
    const { output, is_error, latency_ms } = item
    const result = { output, is_error: is_error ?? false, latency_ms }
    if (this.#tells.tells_calls) yield { event: 'tool_call.completed', data: { ...fields, ...result } }
    const widget = this.#tells.tells_widgets ? widgetOf(item) : null
    if (widget) yield { event: 'widget', data: { turn_id: this.#turn_id, ...widget } }
  }
}
