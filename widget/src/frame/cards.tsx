// What an agent shows besides its text: all kinds of widgets. Data that is not as it should be shows nothing, and stops nothing.
import { Component, type ComponentChildren } from 'preact'
import { isPictureAllowed, safeAddress } from '../markdown/address.ts'
import type { Say } from '../texts/texts.ts'
import type { Widget } from '../course/view.ts'
import { type Field, Form, type Values } from './fields.tsx'
import { Link, Markdown, Wide } from './markdown.tsx'

export interface CardGiven {
  say: Say
  image_hosts: readonly string[]
  /** Sends what a button says. */
  onSay: (text: string) => void
}

interface Props extends CardGiven {
  widget: Widget
  /** What it was answered with; undefined: not yet. */
  answer: Values | null | undefined
  onAnswer: (values: Values, fields: readonly Field[]) => void
}

type Data = Record<string, unknown>
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const list = (value: unknown): Data[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : []

export class Card extends Component<Props, { hasFailed: boolean }> {
  override state = { hasFailed: false }

  static override getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override render(props: Props) {
    return this.state.hasFailed ? null : <Kind {...props} />
  }
}

function Kind(props: Props) {
  const { data, type } = props.widget
  const { say } = props
  switch (type) {
    case 'detail':
      return <Thing {...props} data={data} />
    case 'carousel':
      return (
        <>
          <Title data={data} />
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keyboard too */}
          <ul class="cards" tabIndex={0} aria-label={text(data['title']) ?? type}>
            {list(data['items']).map((item, index) => (
              <li key={index}>
                <Thing {...props} data={item} />
              </li>
            ))}
          </ul>
        </>
      )
    case 'info': {
      const level = text(data['level']) ?? 'info'
      return (
        <Box data={data} class={level}>
          <Paragraph value={data['text']} />
          <Rows rows={data['rows']} />
        </Box>
      )
    }
    case 'list':
      return (
        <Box data={data}>
          <ul class="rows">
            {list(data['items']).map((item, index) => (
              <li key={index}>
                <div>
                  <strong>{text(item['title'])}</strong>
                  <p class="soft">{text(item['description'])}</p>
                  <Picture {...props} url={item['image_url']} name={text(item['title'])} />
                  <Actions {...props} actions={item['action'] ? [item['action']] : []} />
                </div>
                <span class="soft">{text(item['value'])}</span>
              </li>
            ))}
          </ul>
        </Box>
      )
    case 'action_grid':
      return (
        <Box data={data}>
          <Actions {...props} actions={data['actions']} />
        </Box>
      )
    case 'order_tracker':
      return <Order {...props} />
    case 'comparison':
      return <Comparison data={data} />
    default: {
      const fields = fieldsOf(props.widget, say)
      return fields && <Asked {...props} fields={fields} />
    }
  }
}

/** What is asked for; null: nothing. */
export function fieldsOf({ type, data }: Widget, say: Say): Field[] | null {
  if (type === 'form') return list(data['fields']) as unknown as Field[]
  if (type === 'collect_otp') return [{ id: 'code', label: say('otp'), type: 'text', required: true }]
  if (type === 'collect_phone_number')
    return [{ id: 'phone_number', label: say('phone'), type: 'phone', required: true }]
  return null
}

function Asked({ widget: { data }, fields, answer, onAnswer, say }: Props & { fields: Field[] }) {
  const isAnswered = answer !== undefined
  return (
    <Box data={{ title: data['title'] ?? data['name'] }}>
      <p class="soft">{text(data['prompt']) ?? text(data['description'])}</p>
      <Form
        say={say}
        fields={fields}
        values={answer ?? null}
        isDisabled={isAnswered}
        submit={isAnswered ? say('answered') : (text(data['submit_label']) ?? say('submit'))}
        onSubmit={(values) => onAnswer(values, fields)}
      />
    </Box>
  )
}

function Box({ data, class: name = '', children }: { data: Data; class?: string; children: ComponentChildren }) {
  return (
    <section class={`card ${name}`} dir="auto" aria-label={text(data['title'])}>
      <Title data={data} />
      {children}
    </section>
  )
}

const Title = ({ data }: { data: Data }) => (text(data['title']) ? <strong>{text(data['title'])}</strong> : null)
const Paragraph = ({ value }: { value: unknown }) => (text(value) ? <p class="pre">{text(value)}</p> : null)

function Thing({ data, ...given }: CardGiven & { data: Data }) {
  const source = text(data['source'])
  const href = source && safeAddress(source)
  const rating = typeof data['rating'] === 'number' ? Math.round(data['rating'] * 10) / 10 : null
  return (
    <Box data={data}>
      <Picture {...given} url={data['image'] ?? data['image_url']} name={text(data['title'])} />
      {text(data['subtitle']) && <p class="soft">{text(data['subtitle'])}</p>}
      {rating !== null && <p aria-label={given.say('stars', { n: rating, max: 5 })}>★ {rating}</p>}
      <Paragraph value={data['description']} />
      <Paragraph value={data['text']} />
      {text(data['body']) && <Markdown text={text(data['body'])!} />}
      <Rows rows={data['fields']} />
      {text(data['price']) && <strong>{text(data['price'])}</strong>}
      {href && (
        <p class="soft">
          <Link href={href}>
            {given.say('source')}: {new URL(href).host}
          </Link>
        </p>
      )}
      <Actions {...given} actions={[...list(data['actions']), ...(data['add_to_cart'] ? [data['add_to_cart']] : [])]} />
    </Box>
  )
}

/** Loads from the configured hosts only: an address comes from a model, and loading it would tell its server of the visitor. */
function Picture({ say, image_hosts, url, name }: CardGiven & { url: unknown; name: string | undefined }) {
  const href = text(url) && safeAddress(text(url)!)
  if (!href) return null
  if (isPictureAllowed(href, image_hosts))
    return <img src={href} alt={name ?? ''} loading="lazy" referrerpolicy="no-referrer" />
  return (
    <p class="soft">
      <Link href={href}>{say('picture', { host: new URL(href).host })}</Link>
    </p>
  )
}

function Rows({ rows }: { rows: unknown }) {
  const all = list(rows)
  if (all.length === 0) return null
  return (
    <dl class="rows">
      {all.map((row, index) => (
        <div key={index}>
          <dt class="soft">{text(row['label'])}</dt>
          <dd>{text(row['value'])}</dd>
        </div>
      ))}
    </dl>
  )
}

function Actions({ actions, onSay }: CardGiven & { actions: unknown }) {
  const all = list(actions)
  if (all.length === 0) return null
  return (
    <div class="acts">
      {all.map((action, index) => {
        const label = text(action['label']) ?? ''
        const href = text(action['url']) && safeAddress(text(action['url'])!)
        return href ? (
          <Link class="chip" key={index} href={href}>
            {label}
          </Link>
        ) : (
          <button class="chip" type="button" key={index} onClick={() => onSay(text(action['message']) ?? label)}>
            {label}
          </button>
        )
      })}
    </div>
  )
}

const states = { done: 'step_done', current: 'step_current', upcoming: 'step_upcoming' } as const

function Order({ widget: { data }, say, ...given }: Props) {
  const expected = text(data['estimated_delivery'])
  const about = [text(data['status']), text(data['carrier']), expected && say('expected', { at: expected })]
  const tracking = text(data['tracking_url'])
  return (
    <Box data={{ title: say('order', { number: text(data['order_number']) ?? '' }) }}>
      <p class="soft">{about.filter(Boolean).join(' · ')}</p>
      <ol class="rows">
        {list(data['steps']).map((step, index) => {
          const state = states[step['state'] as keyof typeof states] ?? 'step_upcoming'
          return (
            <li key={index} aria-current={state === 'step_current' ? 'step' : undefined}>
              <span class={state === 'step_upcoming' ? 'soft' : ''}>
                <span aria-hidden="true">{state === 'step_done' ? '✓ ' : state === 'step_current' ? '● ' : '○ '}</span>
                {text(step['label'])}
                <span class="sr"> ({say(state)})</span>
              </span>
              <span class="soft">{text(step['at'])}</span>
            </li>
          )
        })}
      </ol>
      {tracking && <Actions say={say} {...given} actions={[{ label: say('track'), url: tracking }]} />}
    </Box>
  )
}

function Comparison({ data }: { data: Data }) {
  const columns = Array.isArray(data['columns']) ? data['columns'].map(String) : []
  return (
    <Box data={data}>
      <Wide>
        <thead>
          <tr>
            {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- the corner of the table is empty */}
            <td />
            {columns.map((column, index) => (
              <th scope="col" key={index}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {list(data['rows']).map((row, line) => (
            <tr key={line}>
              <th scope="row">{text(row['label'])}</th>
              {columns.map((_column, index) => (
                <td key={index}>{Array.isArray(row['values']) ? String(row['values'][index] ?? '') : ''}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </Wide>
    </Box>
  )
}
