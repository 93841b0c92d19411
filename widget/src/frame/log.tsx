// The messages of a conversation, and what is on its way. Whole messages stand in the log, which assistive technology reads as they come;
// a reply that is being written stands beside it, so that it is not read in pieces.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Chat } from '../course/chat.ts'
import type { Outgoing } from '../course/outbox.ts'
import { type Item, type MessageItem, type View, answerTo, replyInProgress } from '../course/view.ts'
import type { Say } from '../texts/texts.ts'
import type { CardGiven } from './cards.tsx'
import type { Field, Values } from './fields.tsx'
import { partsThere } from './parts.ts'

const shown_at_once = 200
const near_px = 80

interface Props extends CardGiven {
  chat: Chat
  view: View
  /** Of another conversation: nothing can be sent. */
  isPast?: boolean
  agent: string
  locale: string
}

export function Log({ chat, view, isPast = false, agent, locale, ...given }: Props) {
  const { say } = given
  const { outbox, sent, connection, conversation_id } = chat.state
  const [most, setMost] = useState(shown_at_once)
  const { scroller, isAway, toEnd } = useSticking(view, outbox.length + sent.length)
  const items = view.items.slice(-most)
  const known = new Set(view.items.map((item) => (item.kind === 'message' ? item.client_id : null)))
  const leaving = isPast ? [] : [...sent, ...outbox].filter(({ client_id }) => !known.has(client_id))
  const reply = isPast ? null : replyInProgress(view)
  const send = (text: string) => !isPast && given.onSay(text)
  return (
    <>
      <div class="scroll" ref={scroller} tabIndex={0} role="group" aria-label={say('chat')}>
        {view.items.length > items.length && (
          <button class="link" type="button" onClick={() => setMost(most + shown_at_once)}>
            {say('earlier')}
          </button>
        )}
        <div class="log" role="log" aria-label={say('message')} aria-busy={connection === 'opening' && view.last === 0}>
          {items.map((item, index) => (
            <OneItem
              key={item.id}
              {...given}
              onSay={send}
              chat={chat}
              item={item}
              view={view}
              leaving={leaving}
              isPast={isPast}
              isFirst={sideOf(items[index - 1]) !== sideOf(item)}
              agent={agent}
              locale={locale}
            />
          ))}
          {leaving.map((message) => (
            <Leaving
              key={message.client_id}
              chat={chat}
              say={say}
              message={message}
              isSent={sent.includes(message)}
              conversation_id={conversation_id}
            />
          ))}
        </div>
        {reply && (
          <div class="item first" aria-hidden="true">
            <div class="bubble">
              {reply.text ? (
                <Text text={reply.text} isComing />
              ) : (
                <span class="dots">
                  <i />
                  <i />
                  <i />
                </span>
              )}
            </div>
          </div>
        )}
        <p class="sr" role="status">
          {reply ? say('writing', { name: agent }) : ''}
        </p>
      </div>
      {isAway && (
        <button class="jump" type="button" onClick={toEnd}>
          ↓ {say('latest')}
        </button>
      )}
    </>
  )
}

function Text({ text, isComing = false }: { text: string; isComing?: boolean }) {
  const more = partsThere()
  return more ? <more.Markdown text={text} isComing={isComing} /> : <span class="pre">{text}</span>
}

const sideOf = (item: Item | undefined) => item && (item.kind === 'message' ? item.role : 'assistant')

/** Stays at the end as long as the visitor is there. */
function useSticking(view: View, leaving: number) {
  const scroller = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const [isAway, setAway] = useState(false)
  const toEnd = () => {
    const box = scroller.current
    if (box) box.scrollTop = box.scrollHeight
  }
  useEffect(() => {
    const box = scroller.current!
    const look = () => {
      isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < near_px
      setAway(!isAtEnd.current)
    }
    const keep = new ResizeObserver(() => isAtEnd.current && toEnd())
    box.addEventListener('scroll', look, { passive: true })
    keep.observe(box)
    for (const part of box.children) keep.observe(part)
    return () => keep.disconnect()
  }, [])
  // What one sends is always shown.
  useLayoutEffect(toEnd, [leaving > 0 && leaving])
  useLayoutEffect(() => {
    if (isAtEnd.current) toEnd()
  }, [view])
  return { scroller, isAway, toEnd }
}

interface ItemProps extends CardGiven {
  chat: Chat
  item: Item
  view: View
  leaving: readonly Outgoing[]
  isPast: boolean
  isFirst: boolean
  agent: string
  locale: string
}

function OneItem({ chat, item, view, leaving, isPast, isFirst, agent, locale, ...given }: ItemProps) {
  const { say } = given
  if (item.kind === 'widget') {
    const more = partsThere()
    if (!more) return null
    const coming = leaving.find(({ in_reply_to, fault }) => in_reply_to === item.call_id && !fault)
    const stored = answerTo(view, item.call_id)
    const isClosed = isPast || view.ended !== null
    return (
      <div class="item">
        <more.Card
          {...given}
          widget={item.widget}
          answer={stored?.values ?? coming?.values ?? (isClosed || stored ? null : undefined)}
          onAnswer={(values: Values, fields: readonly Field[]) =>
            chat.send(more.describeValues(fields, values, say), { in_reply_to: item.call_id, values })
          }
        />
      </div>
    )
  }
  const isMine = item.role === 'user'
  const who = isMine ? say('you') : (item.name ?? agent)
  const isFailed = isMine && !isPast && item.turn_id !== null && view.failed.includes(item.turn_id)
  return (
    <div class={`item ${isMine ? 'mine' : ''} ${isFirst ? 'first' : ''}`}>
      {item.role === 'person' && isFirst && <p class="note">{who}</p>}
      <div class="bubble" title={timeOf(item, locale)} dir="auto">
        <span class="sr">{who}: </span>
        {isMine ? item.text : <Text text={item.text} />}
      </div>
      {item.is_interrupted && <p class="note">{say('stopped')}</p>}
      {isFailed && (
        <p class="note bad" role="alert">
          {say('no_answer')}
          {item.client_id && (
            <button class="link" type="button" onClick={() => chat.tryAgain(item)}>
              {say('try_again')}
            </button>
          )}
        </p>
      )}
    </div>
  )
}

function timeOf({ at }: MessageItem, locale: string): string {
  const time = new Date(at)
  return Number.isNaN(time.getTime()) ? '' : time.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })
}

interface LeavingProps {
  chat: Chat
  say: Say
  message: Outgoing
  isSent: boolean
  conversation_id: string | null
}

function Leaving({
  chat,
  say,
  message: { client_id, text, fault, conversation_id },
  isSent,
  conversation_id: current,
}: LeavingProps) {
  const isElsewhere = fault === 'over' || fault === 'full' || (current !== null && conversation_id !== current)
  return (
    <div class="item mine">
      <div class={`bubble ${isSent ? '' : 'waits'}`} dir="auto">
        {text}
      </div>
      {fault ? (
        <p class="note bad" role="alert">
          <span>
            {say('not_sent')}. {say(`fault_${fault}`)}
          </span>
          <button class="link" type="button" onClick={() => chat.sendAgain(client_id)}>
            {say(isElsewhere ? 'send_new' : 'send_again')}
          </button>
          <button class="link" type="button" onClick={() => chat.discard(client_id)}>
            {say('discard')}
          </button>
        </p>
      ) : (
        !isSent && <p class="note">{say('sending')}</p>
      )}
    </div>
  )
}
