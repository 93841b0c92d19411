// A widget as the end user saw it. Unless someone can answer, its buttons do nothing. Pictures are named and not loaded: their URLs
// come from a model, and loading one would reveal the viewer to its server.
import type { Widget } from '@parley/contract'
import { Component, type ReactNode, use } from 'react'
import { Icon } from '../ui/icons.tsx'
import { type Answering, FormAnswer, OneFieldAnswer } from './widget-fields.tsx'
import { WidgetAnswer } from './widget-answer.ts'
import { Actions, Card, Heading, Picture, cardClasses } from './widget-parts.tsx'
import { ComparisonTable, FormFields, InfoNote, OneField, OrderSteps } from './widget-kinds.tsx'
import { transcriptTexts } from './texts.ts'

const words = transcriptTexts.widgets

/** `call_id`: what its answer names; null for a widget that cannot be answered. */
export function WidgetView({ widget, call_id }: { widget: Widget; call_id: string | null }) {
  const answers = use(WidgetAnswer)
  return (
    <WidgetBoundary>
      <section
        aria-label={widget.type}
        title={answers ? undefined : words.preview}
        className="flex w-full max-w-[min(36rem,88%)] flex-col items-stretch"
      >
        {answers && call_id !== null && asksFor(widget) ? (
          <Asked
            widget={widget}
            isAnswered={answers.answered.has(call_id)}
            onAnswer={(values, text) => answers.answer(call_id, values, text)}
          />
        ) : (
          <Shown widget={widget} />
        )}
      </section>
    </WidgetBoundary>
  )
}

type Asking = Extract<Widget, { type: 'form' | 'collect_otp' | 'collect_phone_number' }>

function asksFor(widget: Widget): widget is Asking {
  return ['form', 'collect_otp', 'collect_phone_number'].includes(widget.type)
}

function Asked({ widget, ...asked }: { widget: Asking } & Answering) {
  if (widget.type === 'form') return <FormAnswer {...widget.data} {...asked} />
  return <OneFieldAnswer {...widget} {...asked} />
}

function Shown({ widget }: { widget: Widget }) {
  switch (widget.type) {
    case 'detail':
      return <Card {...widget.data} />
    case 'carousel':
      return (
        <>
          {widget.data.title && <Heading>{widget.data.title}</Heading>}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <ul tabIndex={0} aria-label={widget.data.title ?? widget.type} className="flex gap-2 overflow-x-auto pb-1">
            {widget.data.items.map((item, index) => (
              <li key={index} className="w-56 shrink-0">
                <Card {...item} />
              </li>
            ))}
          </ul>
        </>
      )
    case 'info':
      return <InfoNote {...widget.data} />
    case 'list':
      return <Rows {...widget.data} />
    case 'action_grid':
      return (
        <div className={cardClasses}>
          {widget.data.title && <Heading>{widget.data.title}</Heading>}
          <Actions actions={widget.data.actions} />
        </div>
      )
    case 'collect_otp':
      return <OneField {...widget.data} label={words.otp} shown={'•'.repeat(widget.data.length ?? 6)} />
    case 'collect_phone_number':
      return <OneField {...widget.data} label={words.phone} shown={widget.data.default_country ?? '+'} />
    case 'order_tracker':
      return <OrderSteps {...widget.data} />
    case 'comparison':
      return <ComparisonTable {...widget.data} />
    case 'form':
      return <FormFields {...widget.data} />
    default:
      return <Unknown />
  }
}

function Rows({ title, items }: Extract<Widget, { type: 'list' }>['data']) {
  return (
    <div className={cardClasses}>
      {title && <Heading>{title}</Heading>}
      <ul className="flex flex-col">
        {items.map((item, index) => (
          <li key={index} className="flex items-start gap-3 border-t border-line py-1.5 first:border-t-0">
            <div className="min-w-0 flex-1">
              <p className="font-medium break-words">{item.title}</p>
              {item.description && <p className="break-words text-soft">{item.description}</p>}
              {item.image_url && <Picture url={item.image_url} />}
              {item.action && <Actions actions={[item.action]} />}
            </div>
            {item.value && <p className="numeric shrink-0 text-soft">{item.value}</p>}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Unknown() {
  return (
    <p className="flex items-center gap-2 self-end rounded-lg bg-sunken px-3 py-1.5 text-soft">
      <Icon name="warning" />
      {words.unknown}
    </p>
  )
}

/** An imported transcript may call anything a widget. */
class WidgetBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false }

  static getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override render() {
    return this.state.hasFailed ? <Unknown /> : this.props.children
  }
}
