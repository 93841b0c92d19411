// The parts that widgets share: headings, cards, pictures and buttons.
import type { Widget } from '@parley/contract'
import { type ReactNode, use } from 'react'
import { Icon } from '../ui/icons.tsx'
import { WidgetAnswer } from './widget-answer.ts'
import { transcriptTexts } from './texts.ts'

const words = transcriptTexts.widgets

type Detail = Extract<Widget, { type: 'detail' }>['data']
type Action = NonNullable<Detail['actions']>[number]

export const cardClasses = 'flex h-full flex-col gap-2 rounded-xl border border-line bg-surface p-3'

export function Heading({ children }: { children: ReactNode }) {
  return <p className="mb-0.5 font-semibold break-words">{children}</p>
}

export function Card({ title, subtitle, description, image_url, fields, actions }: Detail) {
  return (
    <div className={cardClasses}>
      {image_url && <Picture url={image_url} />}
      <div>
        <Heading>{title}</Heading>
        {subtitle && <p className="text-soft">{subtitle}</p>}
      </div>
      {description && <p className="break-words whitespace-pre-wrap">{description}</p>}
      {fields && (
        <dl className="flex flex-col">
          {fields.map(({ label, value }, index) => (
            <div key={index} className="flex justify-between gap-4 border-t border-line py-1 first:border-t-0">
              <dt className="text-soft">{label}</dt>
              <dd className="min-w-0 text-right break-words">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {actions && <Actions actions={actions} />}
    </div>
  )
}

/** A URL that is safe to open from a link, which excludes scripts. */
function isSafe(url: string): boolean {
  return /^(https:\/\/|mailto:|tel:)[^\s]+$/.test(url)
}

export function Picture({ url }: { url: string }) {
  const host = URL.parse(url)?.host ?? ''
  const text = (
    <>
      <Icon name="picture" width="14" height="14" className="shrink-0" />
      <span className="truncate">{words.picture(host)}</span>
    </>
  )
  const look = 'flex min-w-0 items-center gap-1.5 rounded-md bg-sunken px-2 py-1 text-xs text-soft'
  if (!isSafe(url)) return <span className={look}>{text}</span>
  return (
    <a href={url} target="_blank" rel="noopener noreferrer" className={`${look} hover:text-ink hover:underline`}>
      {text}
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
  const answer = use(WidgetAnswer)
  if (url !== undefined && isSafe(url)) {
    return (
      <a href={url} title={url} target="_blank" rel="noopener noreferrer" className={`${actionClasses} underline`}>
        {label}
      </a>
    )
  }
  if (answer && url === undefined) {
    return (
      <button
        type="button"
        className={`${actionClasses} hover:bg-hover`}
        title={message === undefined ? undefined : words.sends(message)}
        onClick={() => answer(message ?? label)}
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
