// One line on how things stand: no network, no connection, nothing that is kept.
import { Component, type ComponentChildren } from 'preact'
import type { Chat } from '../course/chat.ts'
import type { Storage } from '../course/ports.ts'
import type { Say } from '../texts/texts.ts'

interface Props {
  chat: Chat
  say: Say
  storage: Storage
}

export class Notices extends Component<Props> {
  private readonly look = () => this.forceUpdate()

  override componentDidMount() {
    for (const name of ['online', 'offline']) addEventListener(name, this.look)
  }

  override componentWillUnmount() {
    for (const name of ['online', 'offline']) removeEventListener(name, this.look)
  }

  override render({ chat, say, storage }: Props) {
    const { connection, outbox } = chat.state
    return (
      <div role="status">
        {!navigator.onLine ? (
          <Bar>{say('offline')}</Bar>
        ) : connection === 'opening' ? (
          <Later>
            <Bar>{say('connecting')}</Bar>
          </Later>
        ) : (
          storage.isVolatile() && <Bar>{say('volatile')}</Bar>
        )}
        <span class="sr">{outbox.some(({ fault }) => fault) ? say('not_sent') : ''}</span>
      </div>
    )
  }
}

const Bar = ({ children }: { children: ComponentChildren }) => <p class="bar">{children}</p>

const shown_after_ms = 2000

/** What passes in a moment is not worth a word. */
class Later extends Component<{ children: ComponentChildren }, { isShown: boolean }> {
  override state = { isShown: false }
  private readonly timer = setTimeout(() => this.setState({ isShown: true }), shown_after_ms)

  override componentWillUnmount() {
    clearTimeout(this.timer)
  }

  override render({ children }: { children: ComponentChildren }) {
    return this.state.isShown && children
  }
}
