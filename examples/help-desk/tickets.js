// What the desk knows: tickets, and what is still to be sent to Parley. Events and people change it. Pure: nothing here reads or sends.

export const emptyDesk = { tickets: {}, outbox: [] }

const clone = (desk) => structuredClone(desk)

export const ticketOf = (desk, number) => Object.values(desk.tickets).find((ticket) => ticket.number === number) ?? null

/**
 * An event of Parley. Each comes at least once, and those of a conversation come in order: what is not newer than the last is a repeat.
 * `prefix` marks the people of this desk.
 */
export function takeEvent(desk, event, prefix) {
  const { conversation_id, sequence, type, data } = event
  if (!conversation_id) return desk
  const next = clone(desk)
  if (type === 'conversation.handoff_requested') openTicket(next, event)
  const ticket = next.tickets[conversation_id]
  if (!ticket || sequence <= ticket.sequence) return desk
  ticket.sequence = sequence
  switch (type) {
    case 'conversation.handoff_requested':
      Object.assign(ticket, { state: 'waiting', holder: null, why: null })
      Object.assign(ticket, { reason: data.reason, text: data.text, wait_until: data.wait_until, lacks_history: true })
      break
    case 'message.created':
      if (data.author?.type === 'end_user') addMessage(ticket, data)
      break
    case 'conversation.taken': {
      const { id, name } = data.assignee
      Object.assign(ticket, { state: id?.startsWith(prefix) ? 'ours' : 'elsewhere', holder: name })
      break
    }
    case 'conversation.assigned':
    case 'conversation.unassigned':
      Object.assign(ticket, { state: 'waiting', holder: null })
      break
    case 'conversation.returned':
      Object.assign(ticket, { state: 'closed', holder: null, why: 'returned' })
      break
    case 'conversation.ended':
      Object.assign(ticket, { state: 'closed', holder: null, why: data.end_reason })
      break
    case 'conversation.deleted':
      Object.assign(ticket, { state: 'closed', holder: null, why: 'deleted', messages: [], text: null })
      break
    default:
  }
  return next
}

/** One conversation is one ticket, however often a person is asked for. */
function openTicket({ tickets }, { conversation_id, sequence }) {
  const number = 1 + Math.max(0, ...Object.values(tickets).map((ticket) => ticket.number))
  tickets[conversation_id] ??= { number, conversation_id, sequence: sequence - 1, messages: [] }
}

/** The transcript has what was said before the desk was asked; a message that is there already is the same one. */
export function takeHistory(desk, conversation_id, items) {
  const next = clone(desk)
  const ticket = next.tickets[conversation_id]
  if (!ticket) return desk
  ticket.lacks_history = false
  const said = items.filter(({ type, author }) => type === 'message' && author?.type === 'end_user')
  for (const item of said) addMessage(ticket, item)
  return next
}

function addMessage(ticket, { id, position, content }) {
  if (ticket.messages.some((message) => message.position === position)) return
  ticket.messages.push({ id, position, from: 'end user', text: content.join('') })
  ticket.messages.sort((one, other) => one.position - other.position)
}

/**
 * Something that a person of the desk does: `take`, `reply`, `return` or `end`. `id` is the desk's own, and the key under which it is
 * sent, so that sending it again changes nothing.
 */
export function addAction(desk, action) {
  if (desk.outbox.some(({ id }) => id === action.id)) return desk
  return { ...desk, outbox: [...desk.outbox, { ...action, state: 'waits', why: null }] }
}

/** The first that waits of each conversation: the next is sent when this one is done or refused. */
export function nextActions({ outbox }) {
  const found = new Map()
  for (const action of outbox) {
    if (action.state === 'waits' && !found.has(action.conversation_id)) found.set(action.conversation_id, action)
  }
  return [...found.values()]
}

export function settleAction(desk, id, state, why = null) {
  return { ...desk, outbox: desk.outbox.map((action) => (action.id === id ? { ...action, state, why } : action)) }
}

/** A ticket as people see it: with what the desk has sent, or still has to send. */
export function describeTicket(desk, { sequence: _sequence, lacks_history: _lacks, ...ticket }) {
  const sent = desk.outbox.filter(({ conversation_id }) => conversation_id === ticket.conversation_id)
  return {
    ...ticket,
    actions: sent.map(({ id, action, person, text, state, why }) => ({
      id,
      action,
      person: person.name,
      text,
      state,
      why,
    })),
  }
}
