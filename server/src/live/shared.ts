// The topic and the signals that several rooms share.
import { signal, signalsOf } from './signals.ts'
import { topic } from './topics.ts'

/** The id of a conversation with new stored events, of a turn that has ended, or of an organization with a change in its list. */
export const changed = topic<string>('changed')

/** The same, within this process. */
export const changeKey = signalsOf('change')

/** The id of an organization whose member was removed, or has another role. The database sends it. */
export const rights_changed = topic<string>('rights_changed')

/** The same, within this process. */
export const rightsKey = signalsOf('rights')

/** This node has stored an event. */
export const eventsKey = signal('events')

/** This process starts to shut down. */
export const drainKey = signal('drain')
