// Requests that several lines begin with, and shapes that several answers have.
import { type Exchange, type Shape, fields, is } from './exchange.ts'

export const detail: Shape = fields({ detail: 'filled' })
export const detailIs = (text: string): Shape => fields({ detail: is(text) })
/** 422 with the path of the fault. */
export const faultAt = (path: string): Shape =>
  fields({ detail: 'filled', errors: { some: fields({ path: is(path), message: 'filled' }) } })

export const createAgent: Exchange = {
  method: 'POST',
  path: '/core/agents',
  body: { name: 'Riverside Dental Scheduler', description: 'Books appointments for Riverside Dental.', active: true },
  status: 200,
  keep: { agent_id: 'agent_id' },
}

export const createVersion = (config: object): Exchange => ({
  method: 'POST',
  path: '/core/agents/<agent_id>/versions',
  body: { config },
  status: 200,
  answer: fields({ id: 'uuid', version: 'integer', published: is(false), config: is(config) }),
  keep: { version: 'version', agent_version_id: 'id' },
})

export const publish: Exchange = {
  method: 'POST',
  path: '/core/agents/<agent_id>/versions/<version>/publish',
  status: 200,
  answer: is([]),
}

/** A published agent. */
export const publishAgent = (config: object = { instructions: 'Be brief.' }): Exchange[] => [
  createAgent,
  createVersion(config),
  publish,
]

export const createConversation = (body: object = {}): Exchange => ({
  method: 'POST',
  path: '/core/conversations',
  body: { channel: 'text', user_id: 'customer-4711', agent_id: '<agent_id>', ...body },
  status: 200,
  answer: fields({ conversation: fields({ id: 'uuid', status: is('in_progress') }), starting_message: 'text?' }),
  keep: { conversation_id: 'conversation.id', created_at: 'conversation.created_at' },
})

export const send = (body: object, answer: Shape): Exchange => ({
  method: 'POST',
  path: '/core/conversations/<conversation_id>/messages',
  body,
  status: 200,
  answer,
})

export const end: Exchange = {
  method: 'POST',
  path: '/core/conversations/<conversation_id>/end',
  status: 200,
  answer: {
    only: { conversation_id: is('<conversation_id>'), status: is('completed'), duration: 'integer', summary: 'text?' },
  },
}

/** No summary is written, so that an end needs no model. */
export const quiet = { instructions: 'Be brief.', analysis: { summary: { enabled: false } } }
