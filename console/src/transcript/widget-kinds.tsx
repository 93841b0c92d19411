// Widgets that are not cards: notices, fields, forms, orders, comparisons.
import type { Widget } from '@parley/contract'
import { classes } from '../ui/classes.ts'
import { Icon } from '../ui/icons.tsx'
import { Actions, Heading, LabelledRows, cardClasses } from './widget-parts.tsx'
import { transcriptTexts } from './texts.ts'

const words = transcriptTexts.widgets
type DataOf<T extends Widget['type']> = Extract<Widget, { type: T }>['data']

const levels = {
  info: 'bg-accent-wash',
  success: 'bg-good-wash',
  warning: 'bg-warn-wash',
  error: 'bg-bad-wash',
} as const

export function InfoNote({ title, text, rows, level = 'info' }: DataOf<'info'>) {
  return (
    <div className={classes('rounded-xl p-3', levels[level])}>
      {title && <Heading>{title}</Heading>}
      {text && <p className="break-words whitespace-pre-wrap">{text}</p>}
      {rows && <LabelledRows rows={rows} />}
    </div>
  )
}

interface FieldProps {
  title?: string
  prompt?: string
  submit_label?: string
  label: string
  shown: string
}

export function OneField({ title, prompt, submit_label, label, shown }: FieldProps) {
  return (
    <div className={cardClasses}>
      <Heading>{title ?? label}</Heading>
      {prompt && <p className="text-soft">{prompt}</p>}
      <p className="flex items-center gap-2">
        <span
          className="flex-1 rounded-md border border-edge/60 px-2.5 py-1 tracking-widest text-faint"
          aria-label={label}
          role="img"
        >
          {shown}
        </span>
        <span className="rounded-md bg-sunken px-2.5 py-1">{submit_label ?? words.submit}</span>
      </p>
    </div>
  )
}

export function FormFields({ title, name, description, submit_label, fields }: DataOf<'form'>) {
  const shown = fields.filter(({ type }) => type !== 'hidden')
  return (
    <div className={cardClasses}>
      <Heading>{title ?? name ?? words.form}</Heading>
      {description && <p className="text-soft">{description}</p>}
      <ul className="flex flex-col">
        {shown.map(({ id, label, type, required, options }) => (
          <li key={id} className="flex flex-wrap justify-between gap-x-4 border-t border-line py-1 first:border-t-0">
            <span>
              {label}
              {required && <span className="text-faint"> ({words.required})</span>}
            </span>
            <span className="min-w-0 break-words text-soft">
              {words.kinds[type] ?? type}
              {options && options.length > 0 && `: ${options.join(', ')}`}
            </span>
          </li>
        ))}
      </ul>
      <span className="self-start rounded-md bg-sunken px-2.5 py-1">{submit_label ?? words.submit}</span>
    </div>
  )
}

export function OrderSteps(order: DataOf<'order_tracker'>) {
  const { order_number, status, steps, carrier, tracking_url, estimated_delivery } = order
  return (
    <div className={cardClasses}>
      <div>
        <Heading>{words.order(order_number)}</Heading>
        <p className="text-soft">
          {[status, carrier && words.by(carrier), estimated_delivery && words.expected(estimated_delivery)]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <ol className="flex flex-col gap-1">
        {steps.map(({ label, state, at }, index) => (
          <li key={index} className={classes('flex items-center gap-2', state === 'upcoming' && 'text-faint')}>
            <span
              className={classes(
                'grid size-4 shrink-0 place-items-center rounded-full border',
                state === 'upcoming' ? 'border-edge' : 'border-accent',
                state === 'done' && 'bg-accent text-accent-ink',
              )}
            >
              {state === 'done' && <Icon name="check" width="10" height="10" />}
              {state === 'current' && <span className="size-2 rounded-full bg-accent" />}
            </span>
            <span className={classes(state === 'current' && 'font-medium')}>{label}</span>
            <span className="sr-only">({words.steps[state]})</span>
            <span className="numeric ml-auto text-xs text-faint">{at}</span>
          </li>
        ))}
      </ol>
      {tracking_url && <Actions actions={[{ label: words.track, url: tracking_url }]} />}
    </div>
  )
}

export function ComparisonTable({ title, columns, rows }: DataOf<'comparison'>) {
  return (
    <div className={cardClasses}>
      {title && <Heading>{title}</Heading>}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-label={title ?? columns.join(', ')}>
        <table className="w-full border-collapse text-left">
          <thead>
            <tr>
              <td aria-hidden="true" />
              {columns.map((column, index) => (
                <th key={index} scope="col" className="px-2 py-1 font-semibold">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, values }, index) => (
              <tr key={index} className="border-t border-line">
                <th scope="row" className="py-1 pr-2 font-normal text-soft">
                  {label}
                </th>
                {columns.map((_column, place) => (
                  <td key={place} className="px-2 py-1">
                    {values[place]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
