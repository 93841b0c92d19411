// What a visitor has to do with people: asking for one, the place in the queue, and who is writing. Loaded when people appear.
import type { ConversationQueue } from '@parley/contract'
import type { Reply } from './api.ts'
import type { Chat } from './chat.ts'
import type { ChatState } from './chat-state.ts'
import type { ChatParts } from './parts.ts'
import { isRefused } from './session.ts'
import type { ChangeItem, View } from './view.ts'

/** Why there is no person, or no way back, in the words of a text. */
export interface PeopleRefusal {
  text: 'person_limit' | 'person_nobody' | 'person_closed' | 'person_failed'
  /** When people are there again. */
  opens_at: string | null
  asked: Wish
}

export interface PeopleState {
  /** As the server said last; absent: nothing is known. */
  queue?: ConversationQueue | null
  /** Whether it waits for a person, as the server said last: a conversation that is passed on has no event for end users. */
  waits?: boolean
  isAsking?: boolean
  refusal?: PeopleRefusal | null
  /** The writing that was heard of so long ago that it counts no more. */
  lapsed?: View['typing']
}

/** A person, or the agent again. */
export type Wish = 'handoff' | 'return'

export interface People {
  ask(wish: Wish): Promise<void>
  /** The visitor has changed what they write; false: nothing is left of it. */
  write(isWriting: boolean): void
}

const read_every_ms = 15_000
const typing_lapses_ms = 6000
const typing_told_every_ms = 4000
/** Beyond every item: only the conversation itself is read. */
const no_items = 2_147_483_647

const known = new WeakMap<Chat, People>()

export function peopleOf(chat: Chat): People {
  const people = known.get(chat) ?? createPeople(chat.parts)
  known.set(chat, people)
  return people
}

/** Whether the conversation waits for a person; it is with one if it is not the agent's otherwise. */
export const waitsForPerson = ({ view, people }: ChatState): boolean =>
  isOutside(view) && (people.waits ?? view.handled_by === 'queue')

const isOutside = ({ ended, handled_by }: View) => ended === null && handled_by !== 'agent'

const lastChange = ({ items }: View) => items.findLast((item): item is ChangeItem => item.kind === 'change')

function createPeople(parts: ChatParts): People {
  const { ports, store } = parts
  const set = (change: PeopleState) => store.set({ people: { ...store.get().people, ...change } })
  watch(parts, set)
  let told_at = 0
  return {
    async ask(wish) {
      if (store.get().people.isAsking) return
      set({ isAsking: true, refusal: null })
      const { conversation_id } = store.get()
      const reply = await call(parts, wish, {})
      if (store.get().conversation_id === conversation_id)
        set({ isAsking: false, refusal: reply === 'left' ? null : refusalOf(wish, reply) })
    },
    write(isWriting) {
      if (!isOutside(store.get().view)) return
      const now = ports.now()
      if (isWriting ? now - told_at < typing_told_every_ms : told_at === 0) return
      told_at = isWriting ? now : 0
      void call(parts, 'presence', { state: isWriting ? 'typing' : 'idle' }, 'message')
    },
  }
}

/** Of the conversation that is shown. */
async function call(
  { api, session, store, ports, emit }: ChatParts,
  path: Wish | 'presence',
  body: object,
  permission = 'handoff',
): Promise<Reply | 'left' | null> {
  const { conversation_id } = store.get()
  const access = conversation_id === null ? 'left' : await session.access(conversation_id)
  if (access === null || access === 'left') return access
  if (isRefused(access)) return access
  if (!access.permissions.includes(permission)) return 'left'
  const reply = await api({
    method: 'POST',
    path: `/core/conversations/${conversation_id}/${path}`,
    token: access.token,
    body,
    ...(path === 'presence' ? {} : { key: ports.newId() }),
  })
  if (path !== 'presence' && !(reply && reply.status < 300)) emit('error', { code: reply?.code ?? 'unreachable' })
  return reply
}

export function refusalOf(asked: Wish, reply: Reply | null): PeopleRefusal | null {
  const refused = (text: PeopleRefusal['text'], opens_at: string | null = null) => ({ text, opens_at, asked })
  if (!reply) return refused('person_failed')
  switch (reply.code) {
    case 'handoff_limit_reached':
      return refused('person_limit')
    case 'nobody_available': {
      const { opens_at } = reply.body
      return typeof opens_at === 'string' ? refused('person_closed', opens_at) : refused('person_nobody')
    }
    // What has happened instead is shown by the events.
    case 'conversation_taken':
    case 'conversation_not_active':
    case 'conversation_ending':
      return null
    default:
      return reply.status < 300 ? null : refused('person_failed')
  }
}

/** Reads what no event says, as long as people have the conversation and the visitor sees it; and lets what was typed lapse. */
function watch(parts: ChatParts, set: (change: PeopleState) => void): void {
  const { ports, store } = parts
  let change: ChangeItem | undefined
  let typing: View['typing'] = null
  let stopReading = () => {}
  const read = async () => {
    const { view, isOpen, conversation_id } = store.get()
    stopReading()
    if (!isOutside(view)) return
    stopReading = ports.after(read_every_ms, () => void read())
    if (!isOpen || ports.isHidden()) return
    const before = change
    const found = await readConversation(parts)
    const now = store.get()
    // What was read before a change says nothing of what holds after it.
    if (!found || now.conversation_id !== conversation_id || lastChange(now.view) !== before) return
    set({ queue: found['queue'] as ConversationQueue | null, waits: found['handled_by'] === 'queue' })
  }
  const look = () => {
    const { view } = store.get()
    if (view.typing !== typing) {
      typing = view.typing
      const heard = typing
      if (heard) ports.after(typing_lapses_ms, () => heard === typing && set({ lapsed: heard }))
    }
    const last = lastChange(view)
    if (last === change) return
    change = last
    if (last) set({ queue: null, waits: last.to === 'queue', refusal: null })
    void read()
  }
  store.subscribe(look)
  look()
}

async function readConversation({ session, store, api }: ChatParts): Promise<Record<string, unknown> | null> {
  const { conversation_id } = store.get()
  const access = conversation_id === null ? null : await session.access(conversation_id)
  if (!access || isRefused(access)) return null
  const path = `/core/conversations/${conversation_id}?items_from=${no_items}`
  const reply = await api({ method: 'GET', path, token: access.token })
  return reply?.status === 200 ? reply.body : null
}
