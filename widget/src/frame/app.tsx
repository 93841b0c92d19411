// The chat as it is seen.
import { Component } from 'preact'
import type { Chat } from '../course/chat.ts'
import type { ShownWidget } from '../course/parts.ts'
import type { Storage } from '../course/ports.ts'
import type { Say } from '../texts/texts.ts'
import { Composer } from './composer.tsx'
import { Icon } from './icons.tsx'
import { Log } from './log.tsx'
import { Notices } from './notices.tsx'
import { partsThere } from './parts.ts'

export interface AppProps {
  chat: Chat
  widget: ShownWidget
  say: Say
  locale: string
  storage: Storage
  isFilling: boolean
  /** The page's own close button is this one. */
  onClose: () => void
}

export class App extends Component<AppProps, { isAsking: boolean }> {
  override state = { isAsking: false }

  override render(props: AppProps) {
    const { chat, widget, say } = props
    const agent = widget.config.chat?.title || widget.agent.name || say('agent')
    const ask = (isAsking: boolean) => this.setState({ isAsking })
    return (
      <>
        <Header {...props} agent={agent} onEnd={() => ask(true)} />
        <Main {...props} agent={agent} />
        {chat.state.history === null && (
          <footer>
            <Foot {...props} agent={agent} isAsking={this.state.isAsking} ask={ask} />
          </footer>
        )}
      </>
    )
  }
}

function Main({ chat, widget: { config }, say, locale, agent }: AppProps & { agent: string }) {
  const { visitor, view, history, past, needsForm, conversation_id } = chat.state
  const more = partsThere()
  const shown = {
    chat,
    say,
    image_hosts: config.image_hosts ?? [],
    onSay: (text: string) => void chat.send(text),
    agent,
    locale,
  }
  return (
    <main>
      {past ? (
        <Log {...shown} key={past.conversation_id} view={past.view} isPast />
      ) : history !== null ? (
        more && <more.History chat={chat} say={say} config={config} locale={locale} />
      ) : needsForm ? (
        more && <more.StartForm chat={chat} say={say} config={config} />
      ) : (
        <Log
          {...shown}
          key={conversation_id ?? ''}
          view={view}
          welcome={
            // Of who was here before, it is not known at once whether something goes on.
            visitor && conversation_id === null && !config.start_conversation_on_toggle
              ? config.greeting?.text || say('welcome')
              : null
          }
        />
      )}
    </main>
  )
}

/** What the visitor can do next. */
function Foot({
  chat,
  widget,
  say,
  locale,
  storage,
  agent,
  isAsking,
  ask,
}: AppProps & { agent: string; isAsking: boolean; ask: (isAsking: boolean) => void }) {
  const { config } = widget
  const { view, needsForm, needsCaptcha } = chat.state
  const more = partsThere()
  const isOver = view.ended !== null
  const end = () => {
    ask(false)
    void chat.end()
  }
  return (
    <>
      <Notices chat={chat} say={say} storage={storage} />
      {more && <more.Refused chat={chat} say={say} />}
      {more && <more.People chat={chat} say={say} agent={agent} locale={locale} />}
      {!needsForm && !isOver && <Questions widget={widget} chat={chat} say={say} />}
      {isAsking && !isOver && more && <more.AskEnd say={say} onEnd={end} onCancel={() => ask(false)} />}
      {needsCaptcha && more && <more.Captcha chat={chat} say={say} id={widget.id} />}
      {isOver
        ? more && <more.Ended chat={chat} say={say} config={config} />
        : !needsForm && (
            <Composer
              chat={chat}
              say={say}
              storage={storage}
              characters={widget.message_characters}
              canStop={config.stop_button !== false}
            />
          )}
    </>
  )
}

function Header({
  chat,
  widget,
  say,
  locale,
  isFilling,
  onClose,
  agent,
  onEnd,
}: Omit<AppProps, 'storage'> & { agent: string; onEnd: () => void }) {
  const { config } = widget
  const { history, past } = chat.state
  const avatar = config.chat?.avatar_url
  const more = partsThere()
  return (
    <header>
      {history !== null && (
        <button class="icon" type="button" aria-label={say('back')} onClick={() => more?.historyOf(chat).close()}>
          <Icon name="back" />
        </button>
      )}
      {history === null &&
        (avatar ? (
          <img class="avatar" src={avatar} alt="" referrerpolicy="no-referrer" />
        ) : (
          <span class="avatar" aria-hidden="true">
            {[...agent][0]}
          </span>
        ))}
      <div>
        <h1>{history === null ? agent : say('history')}</h1>
        {history === null && config.chat?.subtitle && <p>{config.chat.subtitle}</p>}
      </div>
      {(history === null || past) && more && (
        <more.Menu chat={chat} config={config} say={say} locale={locale} agent={agent} onEnd={onEnd} />
      )}
      {!isFilling && (
        <button class="icon" type="button" aria-label={say('close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      )}
    </header>
  )
}

function Questions({ widget, chat, say }: { widget: ShownWidget; chat: Chat; say: Say }) {
  const { view, outbox, sent } = chat.state
  const hasSaid =
    outbox.length + sent.length > 0 || view.items.some((item) => item.kind === 'message' && item.role === 'user')
  const questions = (widget.config.suggested_questions ?? []).map((each) =>
    typeof each === 'string' ? each : (each.text ?? each.question ?? ''),
  )
  const all = [...(hasSaid ? [] : questions.map((text) => ({ label: text, message: text }))), ...widget.quick_actions]
  if (all.length === 0) return null
  return (
    <div class="chips" role="group" aria-label={say('questions')}>
      {all.map(({ label, message }) => (
        <button key={label} class="chip" type="button" dir="auto" onClick={() => void chat.send(message)}>
          {label}
        </button>
      ))}
    </div>
  )
}
