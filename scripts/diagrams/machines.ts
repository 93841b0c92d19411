// The state machines that the guides draw, made out of the tables that the server obeys. A further machine is one entry, and the
// marks `<!-- machine: name -->` and `<!-- /machine -->` in the guide that shows it.
import { channels } from '@parley/contract'
import { channelRules } from '../../server/src/conversations/machine/channels.ts'
import { transitions } from '../../server/src/conversations/machine/conversation.ts'
import { type TurnEvent, turnTransitions } from '../../server/src/conversations/machine/turn.ts'

export interface Move {
  from: string
  to: string
  /** What happens; empty if the name of the next state says it. */
  label: string
}

export interface Machine {
  name: string
  /** The guide that shows it. */
  guide: string
  title: string
  states: string[]
  /** The states in which one can begin, each with the reason, if there are several. */
  first: { state: string; label: string }[]
  moves: Move[]
  /** What the labels mean. */
  meanings: Record<string, string>
}

const keysOf = <K extends string>(table: Record<K, unknown>) => Object.keys(table) as K[]

const conversation: Machine = {
  name: 'conversation',
  guide: 'docs/guides/concepts.md',
  title: 'The statuses of a conversation',
  states: keysOf(transitions),
  first: channels.map((channel) => ({ state: channelRules[channel].born, label: channel })),
  moves: keysOf(transitions).flatMap((from) =>
    keysOf(transitions[from])
      .filter((to) => transitions[from][to] !== 'refused')
      .map((to) => ({ from, to, label: transitions[from][to] === 'text_only' ? 'text' : '' })),
  ),
  meanings: { text: 'only on the channel `text`' },
}

const turnEvents: Record<TurnEvent, string> = {
  start: 'a server begins an attempt',
  lose: 'the attempt is lost with its server, and fewer than three were made',
  reply: 'the reply is complete',
  fail: 'the model failed, or the time or the attempts ran out',
  give: 'its message is given to people',
  cancel: 'the caller, a newer message, a person or the end of the conversation cancels it',
}

const turn: Machine = {
  name: 'turn',
  guide: 'docs/guides/concepts.md',
  title: 'The statuses of a turn',
  states: keysOf(turnTransitions),
  first: [{ state: 'queued', label: '' }],
  moves: keysOf(turnTransitions).flatMap((from) =>
    keysOf(turnTransitions[from])
      .map((label) => ({ from, to: turnTransitions[from][label] as string, label }))
      .filter(({ to }) => to !== 'refused'),
  ),
  meanings: turnEvents,
}

export const machines: readonly Machine[] = [conversation, turn]
