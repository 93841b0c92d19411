// Where the visitor writes. Enter sends, unless it belongs to an input method; a draft survives a reload.
import { Component, createRef } from 'preact'
import type { Chat } from '../course/chat.ts'
import type { Storage } from '../course/ports.ts'
import { replyInProgress } from '../course/view.ts'
import type { Say } from '../texts/texts.ts'
import { Icon } from './icons.tsx'

interface Props {
  chat: Chat
  say: Say
  storage: Storage
  characters: number
  canStop: boolean
}

export class Composer extends Component<Props, { text: string; hasNoRoom: boolean }> {
  override state = { text: this.draft(), hasNoRoom: false }
  private readonly field = createRef<HTMLTextAreaElement>()

  override componentDidMount() {
    document.addEventListener('parley-drafts', this.clear)
  }

  override componentWillUnmount() {
    document.removeEventListener('parley-drafts', this.clear)
  }

  private draft(): string {
    return this.props.storage.get('draft') ?? ''
  }

  private readonly clear = () => this.setState({ text: this.draft() })

  private change(text: string) {
    this.setState({ text, hasNoRoom: false })
    if (text) this.props.storage.set('draft', text)
    else this.props.storage.remove('draft')
  }

  private tooMany(): number {
    return [...this.state.text.trim()].length - this.props.characters
  }

  private readonly send = (event: Event) => {
    event.preventDefault()
    const text = this.state.text.trim()
    if (text === '' || this.tooMany() > 0) return
    if (this.props.chat.send(text)) this.change('')
    else this.setState({ hasNoRoom: true })
    this.field.current?.focus()
  }

  override render({ chat, say, canStop }: Props) {
    const { text, hasNoRoom } = this.state
    const n = this.tooMany()
    const fault = n > 0 ? say('too_long', { n }) : hasNoRoom ? say('too_many') : null
    const isReplying = replyInProgress(chat.state.view) !== null
    return (
      <>
        {fault && (
          <p class="bar bad" role="alert" id="composer-fault">
            {fault}
          </p>
        )}
        <form class="composer" onSubmit={this.send}>
          <textarea
            id="composer"
            ref={this.field}
            rows={1}
            // A hint is read in the direction of the language.
            dir={text ? 'auto' : undefined}
            aria-label={say('message')}
            aria-invalid={fault !== null}
            aria-describedby={fault ? 'composer-fault' : undefined}
            placeholder={say('hint')}
            value={text}
            onInput={(event) => this.change(event.currentTarget.value)}
            onKeyDown={(event) => {
              // 229: a key that the input method takes.
              if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229)
                this.send(event)
            }}
          />
          {isReplying && canStop && text === '' ? (
            <button class="icon" type="button" aria-label={say('stop')} onClick={() => void chat.stop()}>
              <Icon name="stop" />
            </button>
          ) : (
            <button class="icon" type="submit" aria-label={say('send')} disabled={text.trim() === '' || n > 0}>
              <Icon name="send" />
            </button>
          )}
        </form>
      </>
    )
  }
}
