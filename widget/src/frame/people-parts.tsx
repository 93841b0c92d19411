// Loads what is about people, once a person or a queue appears or is asked for.
import type { Chat } from '../course/chat.ts'
import type { Wish } from '../course/people.ts'
import type { Say } from '../texts/texts.ts'
import { retry_ms } from './parts.ts'
import type { ChangeProps } from './people.tsx'

type PeoplePart = typeof import('./people.tsx')

let part: PeoplePart | null = null
let loading: Promise<PeoplePart> | null = null
/** Which words know of people. */
const spoken = new WeakSet<Say>()

async function fetchPart(chat: Chat, say: Say): Promise<PeoplePart> {
  try {
    const found = part ?? (await import('./people.tsx'))
    await found.speak(say, document.documentElement.lang)
    if (!part) found.listenTo(chat)
    part = found
    spoken.add(say)
    found.peopleOf(chat)
    chat.parts.store.set({})
    return found
  } catch {
    await new Promise((resolve) => setTimeout(resolve, retry_ms))
    return fetchPart(chat, say)
  }
}

const load = (chat: Chat, say: Say) => (loading ??= fetchPart(chat, say).finally(() => (loading = null)))

/** Null: it is on its way. */
function partThere(chat: Chat, say: Say): PeoplePart | null {
  if (part && spoken.has(say)) return part
  void load(chat, say)
  return null
}

export async function askPeople(chat: Chat, say: Say, wish: Wish): Promise<void> {
  const { peopleOf } = await load(chat, say)
  await peopleOf(chat).ask(wish)
}

export function Change(props: ChangeProps & { chat: Chat }) {
  const found = partThere(props.chat, props.say)
  return found && <found.Change {...props} />
}

/** Above the composer; nothing while the agent answers and nobody was asked for. */
export function People(props: { chat: Chat; say: Say; agent: string; locale: string }) {
  const { view, people } = props.chat.state
  if (view.handled_by === 'agent' && people.isAsking === undefined) return null
  const found = partThere(props.chat, props.say)
  return found && <found.PeopleBar {...props} />
}
