// The messages of a conversation, and what is on its way. Whole messages stand in the log, which assistive technology reads as they come;
// a reply that is being written stands beside it, so that it is not read in pieces.
import { Component } from 'preact'
import type { Chat } from '../course/chat.ts'
import { type Item, type View, replyInProgress } from '../course/view.ts'
import type { CardGiven } from './cards.tsx'
import { Leaving, Link, OneItem, Text } from './item.tsx'
import { Scroller } from './scroller.tsx'

const shown_at_once = 200

interface Props extends CardGiven {
  chat: Chat
  view: View
  /** Of another conversation: nothing can be sent. */
  isPast?: boolean
  agent: string
  locale: string
  /** Instead of nothing, before the first word. */
  welcome?: string | null
}

export class Log extends Component<Props, { most: number }> {
  override state = { most: shown_at_once }

  private readonly showMore = () => {
    if (this.props.view.items.length > this.state.most) this.setState({ most: this.state.most + shown_at_once })
  }

  override render({ chat, view, isPast = false, agent, locale, welcome, ...given }: Props) {
    const { say, onSay } = given
    const { most } = this.state
    const { outbox, sent, connection } = chat.state
    const items = view.items.slice(-most)
    const known = new Set(view.items.map((item) => item.kind === 'message' && item.client_id))
    const leaving = isPast ? [] : [...sent, ...outbox].filter(({ client_id }) => !known.has(client_id))
    const shared = { ...given, chat, view, leaving, isPast, agent, locale }
    const side = (index: number) => sideOf(items[index])
    return (
      <Scroller say={say} leaving={leaving.length} most={most} showMore={this.showMore}>
        {welcome && items.length + leaving.length === 0 && (
          <p class="hello" dir="auto">
            {welcome}
          </p>
        )}
        {view.items.length > most && <Link text={say('earlier')} onPress={this.showMore} />}
        <div class="log" role="log" aria-label={say('message')} aria-busy={connection === 'opening' && view.last === 0}>
          {items.map((item, index) => (
            <OneItem
              key={item.id}
              {...shared}
              item={item}
              isFirst={side(index - 1) !== side(index)}
              isLast={side(index + 1) !== side(index)}
              onSay={(text) => !isPast && onSay(text)}
            />
          ))}
          {leaving.map((message) => (
            <Leaving key={message.client_id} chat={chat} say={say} message={message} isSent={sent.includes(message)} />
          ))}
        </div>
        {!isPast && <Reply say={say} view={view} agent={agent} lapsed={chat.state.people.lapsed} />}
      </Scroller>
    )
  }
}

/** What is being written. */
function Reply({ view, say, agent, lapsed }: Pick<Props, 'view' | 'say' | 'agent'> & { lapsed: unknown }) {
  const reply = replyInProgress(view)
  const typing = view.typing !== lapsed && view.typing
  return (
    <>
      {(reply || typing) && (
        <div class="item first coming" aria-hidden="true">
          <div class="bubble">
            {reply?.text ? (
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
        {reply || typing ? say('writing', { name: (typing && typing.name) || agent }) : ''}
      </p>
    </>
  )
}

const sideOf = (item: Item | undefined) =>
  item && (item.kind === 'message' ? item.role + (item.name ?? '') : item.kind === 'widget' ? 'assistant' : '')
