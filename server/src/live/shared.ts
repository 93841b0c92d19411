// The topic and the signals that several rooms share: none of them belongs to one room.
import { signal, signalsOf } from './signals.ts'
import { topic } from './topics.ts'

/** Something of a conversation was stored, a turn is over, or the list of an organization's conversations has changed: its id. */
export const changed = topic<string>('changed')

/** The same within this process. */
export const changeKey = signalsOf('change')

/** This node has stored an event. */
export const eventsKey = signal('events')

/** This process begins to stop. */
export const drainKey = signal('drain')
