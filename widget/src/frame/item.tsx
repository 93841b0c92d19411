// One thing in the log: a message, a card, or what is on its way.
import type { ComponentChildren } from 'preact'
import type { Chat } from '../course/chat.ts'
import type { Outgoing } from '../course/outbox.ts'
import { type Item, type MessageItem, type View, type WidgetItem, answerTo } from '../course/view.ts'
import type { Say } from '../texts/texts.ts'
import type { CardGiven } from './cards.tsx'
import type { Field, Values } from './fields.tsx'
import { partsThere } from './parts.ts'

interface ItemProps extends CardGiven {
  chat: Chat
  view: View
  leaving: readonly Outgoing[]
  isPast: boolean
  /** Of those that one side has said without a word of the other. */
  isFirst: boolean
  isLast: boolean
  agent: string
  locale: string
}

export function OneItem({ item, ...given }: ItemProps & { item: Item }) {
  if (item.kind === 'message') return <Message {...given} item={item} />
  const more = partsThere()
  return item.kind === 'widget' ? <Shown {...given} item={item} /> : more && <more.Change {...given} item={item} />
}

function Shown({ chat, item, view, leaving, isPast, say, ...given }: ItemProps & { item: WidgetItem }) {
  const more = partsThere()
  if (!more) return null
  const coming = leaving.find(({ in_reply_to, fault }) => in_reply_to === item.call_id && !fault)
  const stored = answerTo(view, item.call_id)
  const isClosed = isPast || stored || view.ended
  return (
    <div class="item">
      <more.Card
        {...given}
        say={say}
        widget={item.widget}
        answer={stored?.values ?? coming?.values ?? (isClosed ? null : undefined)}
        onAnswer={(values: Values, fields: readonly Field[]) =>
          chat.send(more.describeValues(fields, values, say), { in_reply_to: item.call_id, values })
        }
      />
    </div>
  )
}

function Message({ chat, item, view, isPast, isFirst, isLast, agent, locale, say }: ItemProps & { item: MessageItem }) {
  const { role, name, text, turn_id, client_id, at } = item
  const isMine = role === 'user'
  const who = isMine ? say('you') : (name ?? agent)
  const more = partsThere()
  const cited = role === 'assistant' && isLast && turn_id !== null && view.cited[turn_id]
  const isFailed = isMine && !isPast && turn_id !== null && view.failed.includes(turn_id)
  return (
    <div class={`item ${isMine ? 'mine' : ''} ${isFirst ? 'first' : ''}`}>
      {role === 'person' && isFirst && (
        <p class="note" aria-hidden="true">
          {who}
        </p>
      )}
      <div class="bubble">
        <span class="sr">{who}: </span>
        {isMine ? <div dir="auto">{text}</div> : <Text text={text} />}
      </div>
      {cited && more && <more.Sources cited={cited} say={say} />}
      {item.is_interrupted && <p class="note">{say('stopped')}</p>}
      {isFailed ? (
        <Fault text={say('no_answer')}>
          {client_id && <Link text={say('try_again')} onPress={() => chat.tryAgain(item)} />}
        </Fault>
      ) : (
        isLast &&
        more && (
          <time class="note" dateTime={at}>
            {more.describeTime(at, locale)}
          </time>
        )
      )}
    </div>
  )
}

interface LeavingProps {
  chat: Chat
  say: Say
  message: Outgoing
  isSent: boolean
}

export function Leaving({ chat, say, message, isSent }: LeavingProps) {
  const { client_id, text, fault, conversation_id: written_for } = message
  const { conversation_id } = chat.state
  const isElsewhere =
    fault === 'over' || fault === 'full' || (conversation_id !== null && written_for !== conversation_id)
  return (
    <div class="item mine">
      <div class="bubble" dir="auto">
        {text}
      </div>
      {fault ? (
        <Fault text={`${say('not_sent')}. ${say(`fault_${fault}`)}`}>
          <Link text={say(isElsewhere ? 'send_new' : 'send_again')} onPress={() => chat.sendAgain(client_id)} />
          <Link text={say('discard')} onPress={() => chat.discard(client_id)} />
        </Fault>
      ) : (
        !isSent && <p class="note">{say('sending')}</p>
      )}
    </div>
  )
}

const Fault = ({ text, children }: { text: string; children: ComponentChildren }) => (
  <p class="note bad" role="alert">
    <span>{text}</span>
    {children}
  </p>
)

export const Link = ({ text, onPress }: { text: string; onPress: () => void }) => (
  <button class="link" type="button" onClick={onPress}>
    {text}
  </button>
)

/** What an agent says; before the rest is loaded, without its marks. */
export function Text({ text, isComing = false }: { text: string; isComing?: boolean }) {
  const more = partsThere()
  return more ? <more.Markdown text={text} isComing={isComing} /> : <span class="pre">{text}</span>
}
