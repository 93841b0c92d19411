// What is seen of people: that one was asked for, has come and has left, the place in the queue, and the way back. Loaded when it is needed.
import type { Chat } from '../course/chat.ts'
import { peopleOf, waitsForPerson } from '../course/people.ts'
import type { ChangeItem, View } from '../course/view.ts'
import type { PeopleTexts } from '../texts/people/people-texts.ts'
import type { Say } from '../texts/texts.ts'
import { Link } from './item.tsx'
import { describeTime } from './times.ts'

export { peopleOf } from '../course/people.ts'

const languages = import.meta.glob<Record<string, PeopleTexts>>('../texts/people/people-??.ts')

/** Resolves when these words can be said. */
export async function speak(say: Say, locale: string): Promise<void> {
  const { [locale]: found } = await languages[`../texts/people/people-${locale}.ts`]!()
  say.learn(found!)
}

/** What the visitor types is told while it is typed. */
export function listenTo(chat: Chat): void {
  document.addEventListener('input', ({ target }) => {
    const { id, value } = target as HTMLTextAreaElement
    if (id === 'composer') peopleOf(chat).write(value.trim() !== '')
  })
}

export interface ChangeProps {
  item: ChangeItem
  view: View
  agent: string
  say: Say
}

const words = { queue: 'person_asked', person: 'person_joined', agent: 'agent_again' } as const

/** A line of the log. */
export function Change({ item: { to, name, turn_id }, view, agent, say }: ChangeProps) {
  const isCut = turn_id !== null && view.items.some((item) => item.kind === 'message' && isHalf(item, turn_id))
  return (
    <p class="note change">
      {say(words[to], { name: to === 'agent' ? agent : (name ?? say('person_name')) })}
      {isCut && ` ${say('cut')}`}
    </p>
  )
}

const isHalf = (item: { turn_id: string | null; is_interrupted: boolean }, turn_id: string) =>
  item.turn_id === turn_id && item.is_interrupted

/** Above the composer. */
export function PeopleBar({ chat, say, agent, locale }: { chat: Chat; say: Say; agent: string; locale: string }) {
  const { people, permissions } = chat.state
  const { refusal, queue } = people
  const waits = waitsForPerson(chat.state)
  const wait_s = queue?.estimated_wait_seconds
  return (
    <>
      {refusal && (
        <p class="bar bad" role="alert">
          <span>{say(refusal.text, { at: describeTime(refusal.opens_at ?? '', locale) })}</span>
          {refusal.text === 'person_failed' && (
            <Link text={say('try_again')} onPress={() => void peopleOf(chat).ask(refusal.asked)} />
          )}
        </p>
      )}
      <div class={waits ? 'bar' : ''}>
        <span role="status">
          {waits && say('queue_wait')} {waits && queue && say('queue_place', { place: placeOf(queue.position) })}
        </span>
        {waits && wait_s != null && <span>{say('queue_minutes', { n: Math.max(1, Math.round(wait_s / 60)) })}</span>}
        {waits && permissions.includes('handoff') && (
          <Link text={say('back_to_agent', { name: agent })} onPress={() => void peopleOf(chat).ask('return')} />
        )}
      </div>
    </>
  )
}

/** 100 also stands for every later place. */
const placeOf = (position: number) => (position < 100 ? position : '100+')
