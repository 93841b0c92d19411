// What is shown instead of the composer, or of the whole chat: the form before, the end, earlier conversations, a challenge.
import type { WebWidgetConfig } from '@parley/contract'
import { useEffect, useState } from 'preact/hooks'
import type { Chat } from '../course/chat.ts'
import { giveFeedback } from '../course/feedback.ts'
import { historyOf } from '../course/history.ts'
import type { Say } from '../texts/texts.ts'
import { Form, type Values } from './fields.tsx'
import { Icon } from './icons.tsx'
import { describeTime } from './times.ts'

interface Props {
  chat: Chat
  say: Say
  config: WebWidgetConfig
}

const thumbs = {
  up: 'M7 11l4-8a2 2 0 0 1 3 2v4h5a2 2 0 0 1 2 2l-2 8H7zM3 11h4v9H3z',
  down: 'M17 13l-4 8a2 2 0 0 1-3-2v-4H5a2 2 0 0 1-2-2l2-8h12zM21 13h-4V4h4z',
}

export function StartForm({ chat, say, config }: Props) {
  const form = config.pre_conversation_form!
  return (
    <div class="scroll begin" tabIndex={-1}>
      <h2>{form.title || say('form')}</h2>
      {form.description && <p class="soft">{form.description}</p>}
      <Form
        say={say}
        fields={form.fields}
        submit={form.submit_label || say('start')}
        values={chat.form.values()}
        faults={chat.state.form_faults}
        onSubmit={(values) => chat.fillForm(values)}
      />
    </div>
  )
}

export function Ended({ chat, say, config }: Props) {
  return (
    <section class="panel" aria-label={say('ended')}>
      <p class="soft" role="status">
        {say('ended')}
      </p>
      <Feedback chat={chat} say={say} config={config} />
      <div>
        <button class="button" type="button" onClick={() => chat.newConversation()}>
          {say('new_conversation')}
        </button>
      </div>
    </section>
  )
}

function Feedback({ chat, say, config }: Props) {
  const { enabled, form: asked, thank_you_text, rating: own = 'stars' } = config.post_conversation_feedback ?? {}
  const [rating, setRating] = useState<number | string | null>(null)
  const { feedback, view } = chat.state
  const hasSaid = view.items.some((item) => item.kind === 'message' && item.role === 'user')
  const isOn = enabled !== false && hasSaid
  const isOwn = isOn && own !== 'none'
  const form = isOn ? asked : null
  // The agent asks for a rating too: it is the same one.
  const kind = isOwn ? own : view.ended?.asks_rating ? 'stars' : 'none'
  if (feedback === 'closed' || (kind === 'none' && !form)) return null
  if (feedback === 'given') return <p role="status">{thank_you_text || say('thanks')}</p>
  const give = (value: number | string | null, data: Values | null) => void giveFeedback(chat.parts, value, data, isOwn)
  const choose = (value: number | string) => {
    setRating(value)
    if (!form) give(value, null)
  }
  return (
    <div class="fields">
      {kind !== 'none' && (
        <div role="group" aria-label={say('feedback')}>
          <strong>{say('feedback')}</strong>
          <div class="stars">
            {kind === 'thumbs'
              ? (['up', 'down'] as const).map((value) => (
                  <button
                    key={value}
                    type="button"
                    class={rating === value ? 'on' : ''}
                    aria-pressed={rating === value}
                    aria-label={say(value === 'up' ? 'good' : 'bad')}
                    onClick={() => choose(value)}
                  >
                    <Icon path={thumbs[value]} />
                  </button>
                ))
              : [1, 2, 3, 4, 5].map((value) => (
                  <button
                    key={value}
                    type="button"
                    class={typeof rating === 'number' && value <= rating ? 'on' : ''}
                    aria-pressed={rating === value}
                    aria-label={say('stars', { n: value, max: 5 })}
                    onClick={() => choose(value)}
                  >
                    ★
                  </button>
                ))}
          </div>
        </div>
      )}
      {form && (kind === 'none' || rating !== null) && (
        <Form
          say={say}
          fields={form.fields}
          submit={form.submit_label || say('submit')}
          isDisabled={feedback === 'sending'}
          onSubmit={(values) => give(rating, values)}
        />
      )}
    </div>
  )
}

export function History({ chat, say, locale }: Props & { locale: string }) {
  const { history } = chat.state
  if (history === 'loading') return <p class="center soft">…</p>
  if (history === 'failed' || history === null) {
    return (
      <p class="center" role="alert">
        {say('history_failed')}{' '}
        <button class="link" type="button" onClick={() => void historyOf(chat).load()}>
          {say('try_again')}
        </button>
      </p>
    )
  }
  const { rows, next } = history
  if (rows.length === 0) return <p class="center soft">{say('history_empty')}</p>
  return (
    <div class="scroll" tabIndex={-1}>
      {rows.map(({ id, last_text, last_activity_at, unread }) => (
        <button class="row" type="button" key={id} onClick={() => historyOf(chat).open(id)}>
          <strong dir="auto">{last_text ?? '…'}</strong>
          <span class="note">
            {describeTime(last_activity_at, locale)}
            {unread > 0 && <b>{say('unread')}</b>}
          </span>
        </button>
      ))}
      {next && (
        <button class="link" type="button" onClick={() => void historyOf(chat).loadMore()}>
          {say('earlier')}
        </button>
      )}
    </div>
  )
}

/** Runs in a document of its own, with a policy of its own. */
export function Captcha({ chat, say, id }: { chat: Chat; say: Say; id: string }) {
  useEffect(() => {
    const listen = ({ origin, data }: MessageEvent) => {
      const { type, token } = (data ?? {}) as { type?: unknown; token?: unknown }
      if (origin === location.origin && type === 'parley-captcha' && typeof token === 'string') chat.solveCaptcha(token)
    }
    addEventListener('message', listen)
    return () => removeEventListener('message', listen)
  }, [chat])
  return (
    <section class="panel">
      <p>{say('captcha')}</p>
      {/* oxlint-disable-next-line react/iframe-missing-sandbox -- of its own origin, with scripts: a sandbox would hold nothing */}
      <iframe
        title={say('captcha')}
        src={`/public/embed/${id}/captcha`}
        width="100%"
        height="90"
        style={{ border: 0 }}
      />
    </section>
  )
}
