// The parts that widgets share: headings, cards, pictures and buttons.
import type { Widget } from '@parley/contract'
import { type ReactNode, Suspense, lazy, use } from 'react'
import { Icon } from '../ui/icons.tsx'
import { WidgetAnswer } from './widget-answer.ts'
import { transcriptTexts } from './texts.ts'

const words = transcriptTexts.widgets

type Detail = Extract<Widget, { type: 'detail' }>['data']
type Item = Extract<Widget, { type: 'carousel' }>['data']['items'][number]
type Action = NonNullable<Detail['actions']>[number]

export const cardClasses = 'flex h-full flex-col gap-2 rounded-xl border border-line bg-surface p-3'

export function Heading({ children }: { children: ReactNode }) {
  return <p className="mb-0.5 font-semibold break-words">{children}</p>
}

/** What a card of any kind of widget may have. */
type CardProps = Detail & Pick<Item, 'rating' | 'add_to_cart'>

/** Only the longer text of some widgets is Markdown, so its parser is loaded when one is shown. */
const MarkdownText = lazy(() => import('./markdown-text.tsx').catch(() => ({ default: Paragraph })))

function Paragraph({ text }: { text: string }) {
  return <p className="break-words whitespace-pre-wrap">{text}</p>
}

export function Card({ title, subtitle, description, text, body, source, fields, ...more }: CardProps) {
  const { price, rating, actions = [], add_to_cart } = more
  const image = more.image ?? more.image_url
  const buttons = add_to_cart ? [add_to_cart, ...actions] : actions
  return (
    <div className={cardClasses}>
      {image && <Picture url={image} />}
      <div>
        <Heading>{title}</Heading>
        {subtitle && <p className="text-soft">{subtitle}</p>}
        {rating !== undefined && (
          <p className="numeric text-soft">
            <span aria-hidden="true">★ </span>
            {words.rating(rating)}
          </p>
        )}
        {price && <p className="numeric font-medium">{price}</p>}
      </div>
      {text && <Paragraph text={text} />}
      {description && <Paragraph text={description} />}
      {body && (
        <Suspense fallback={<Paragraph text={body} />}>
          <MarkdownText text={body} />
        </Suspense>
      )}
      {fields && <LabelledRows rows={fields} />}
      {source && (
        <p className="text-xs text-soft">
          {words.source} <OutsideLink url={source}>{URL.parse(source)?.host ?? source}</OutsideLink>
        </p>
      )}
      {buttons.length > 0 && <Actions actions={buttons} />}
    </div>
  )
}

export function LabelledRows({ rows }: { rows: readonly { label: string; value: string }[] }) {
  return (
    <dl className="flex flex-col">
      {rows.map(({ label, value }, index) => (
        <div key={index} className="flex justify-between gap-4 border-t border-line py-1 first:border-t-0">
          <dt className="text-soft">{label}</dt>
          <dd className="min-w-0 text-right break-words">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A URL that is safe to open from a link, which excludes scripts. */
function isSafe(url: string): boolean {
  return /^(https:\/\/|mailto:|tel:)[^\s]+$/.test(url)
}

/** A link to another site, or only its text if that would not be safe. */
export function OutsideLink({ url, children }: { url: string; children: ReactNode }) {
  if (!isSafe(url)) return <span>{children}</span>
  return (
    <a href={url} title={url} target="_blank" rel="noopener noreferrer" className="underline">
      {children}
    </a>
  )
}

export function Picture({ url, text }: { url: string; text?: string | undefined }) {
  const host = URL.parse(url)?.host ?? ''
  const shown = (
    <>
      <Icon name="picture" width="14" height="14" className="shrink-0" />
      <span className="truncate">{text || words.picture(host)}</span>
    </>
  )
  const look = 'flex min-w-0 items-center gap-1.5 rounded-md bg-sunken px-2 py-1 text-xs text-soft'
  if (!isSafe(url)) return <span className={look}>{shown}</span>
  return (
    <a href={url} target="_blank" rel="noopener noreferrer" className={`${look} hover:text-ink hover:underline`}>
      {shown}
    </a>
  )
}

export function Actions({ actions }: { actions: readonly Action[] }) {
  return (
    <ul className="flex flex-wrap gap-1.5">
      {actions.map((action, index) => (
        <li key={index}>
          <OneAction {...action} />
        </li>
      ))}
    </ul>
  )
}

const actionClasses = 'inline-block rounded-md border border-edge/60 px-2 py-0.5'

function OneAction({ label, message, url }: Action) {
  const answers = use(WidgetAnswer)
  if (url !== undefined && isSafe(url)) {
    return (
      <a href={url} title={url} target="_blank" rel="noopener noreferrer" className={`${actionClasses} underline`}>
        {label}
      </a>
    )
  }
  if (answers && url === undefined) {
    return (
      <button
        type="button"
        className={`${actionClasses} hover:bg-hover`}
        title={message === undefined ? undefined : words.sends(message)}
        onClick={() => answers.say(message ?? label)}
      >
        {label}
      </button>
    )
  }
  return (
    <span className={actionClasses} title={message === undefined ? undefined : words.sends(message)}>
      {label}
    </span>
  )
}
