// What differs between channels: the status of a new conversation, who can send messages to it, who can end it. Pure; the
// types require an entry for every channel.
import type { Channel, ConversationStatus } from '@parley/contract'

export interface ChannelRules {
  born: ConversationStatus
  /** `caller`: an operation of the API. `channel`: the room that the channel belongs to. */
  messages_from: ('caller' | 'channel')[]
  /** Whether an operation of the API may end it. */
  ended_by_call: boolean
  /** A text conversation may end before anyone was reached; a call has to be answered first. */
  course: 'text' | 'call'
  /** Whether people can take conversations over. */
  people: boolean
}

export type MessageSource = ChannelRules['messages_from'][number]

export const channelRules: Record<Channel, ChannelRules> = {
  text: { born: 'in_progress', messages_from: ['caller'], ended_by_call: true, course: 'text', people: true },
  email: { born: 'in_progress', messages_from: ['channel'], ended_by_call: false, course: 'call', people: true },
  telephone: { born: 'triggered', messages_from: ['channel'], ended_by_call: false, course: 'call', people: false },
  webrtc: { born: 'token_created', messages_from: ['channel'], ended_by_call: false, course: 'call', people: false },
}
