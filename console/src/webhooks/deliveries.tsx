// The deliveries of an endpoint: their attempts and answers, and buttons to send them again.
import { deliveryStatuses } from '@parley/contract'
import type { Output } from '@parley/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { formatFull, formatMilliseconds } from '../base/format.ts'
import type { DeliveryStatus } from './delivery-status.ts'
import { useSession } from '../session/session-context.ts'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { Disclosure } from '../ui/disclosure.tsx'
import { notify, notifyError } from '../ui/notify.ts'
import { PagedList } from '../settings/paged-table.tsx'
import { holdsAny } from '../session/rights.ts'
import { Section } from '../settings/settings-page.tsx'
import { usePages } from '../settings/use-pages.ts'
import type { Endpoint } from './endpoint-state.tsx'
import { RedeliverDialog } from './redeliver-dialog.tsx'
import { webhookTexts } from './texts.ts'

const words = webhookTexts.deliveries
type Delivery = Output<'listWebhookDeliveries'>['data'][number]
type Try = Delivery['tries'][number]

export const deliveriesKey = (webhook_id: string) => ['deliveries', webhook_id] as const

/** Refreshed soon while one is pending. Longer lists are not refreshed by themselves. */
const [soon_ms, later_ms, most_rows] = [2000, 15_000, 200]

function lookAgain(rows: readonly Delivery[]): number | false {
  if (rows.length > most_rows) return false
  return rows.some(({ status }) => status === 'pending') ? soon_ms : later_ms
}

export function Deliveries({ endpoint: { id: webhook_id, active } }: { endpoint: Endpoint }) {
  const session = useSession()
  const { status } = useSearch({ from: '/pages/settings-frame/settings/webhooks/$webhook_id' })
  const queries = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const query = usePages<Delivery>(
    [...deliveriesKey(webhook_id), status],
    (page, call) => session.client.listWebhookDeliveries({ webhook_id, ...page, ...(status ? { status } : {}) }, call),
    { lookAgain },
  )
  const maySend = active && holdsAny(session, ['webhooks:manage'])
  const sendAgain = (delivery_id: string) =>
    session.client.redeliverWebhookDelivery({ webhook_id, delivery_id }).then(() => {
      notify(words.sentAgain)
      return queries.invalidateQueries({ queryKey: deliveriesKey(webhook_id) })
    }, notifyError)
  return (
    <Section
      title={words.title}
      intro={words.intro}
      action={
        <div className="flex flex-wrap items-center gap-2">
          <StatusFilter webhook_id={webhook_id} chosen={status} />
          {maySend && <Button onClick={() => setAsking(true)}>{words.range}</Button>}
        </div>
      }
    >
      <PagedList query={query} empty={status ? words.emptyFiltered : words.empty}>
        {(rows) => (
          <ol aria-label={words.title}>
            {rows.map((delivery) => (
              <li key={delivery.id} className="relative border-b border-line last:border-b-0">
                <OneDelivery delivery={delivery} />
                {maySend && (
                  <IconButton
                    icon="again"
                    label={words.sendAgain(delivery.event_type)}
                    className="absolute top-1 right-1"
                    onClick={() => void sendAgain(delivery.id)}
                  />
                )}
              </li>
            ))}
          </ol>
        )}
      </PagedList>
      {isAsking && <RedeliverDialog webhook_id={webhook_id} onClose={() => setAsking(false)} />}
    </Section>
  )
}

function StatusFilter({ webhook_id, chosen }: { webhook_id: string; chosen: DeliveryStatus | undefined }) {
  const navigate = useNavigate()
  return (
    <div role="group" aria-label={words.filter} className="flex gap-0.5 rounded-md bg-sunken p-0.5">
      {([undefined, ...deliveryStatuses] as const).map((status) => (
        <button
          key={status ?? 'all'}
          type="button"
          aria-pressed={status === chosen}
          className={classes(
            'h-7 rounded px-2',
            status === chosen ? 'bg-surface font-medium' : 'text-soft hover:text-ink',
          )}
          onClick={() =>
            void navigate({
              to: '/settings/webhooks/$webhook_id',
              params: { webhook_id },
              search: status ? { status } : {},
              replace: true,
            })
          }
        >
          {status ? words.statuses[status] : words.all}
        </button>
      ))}
    </div>
  )
}

const dots: Record<DeliveryStatus, string> = { pending: 'bg-warn', delivered: 'bg-good', failed: 'bg-bad' }

function OneDelivery({ delivery }: { delivery: Delivery }) {
  const { status, event_type, created_at, tries } = delivery
  const last = tries.at(-1)
  return (
    <Disclosure
      summary={
        <summary className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-0.5 py-2 pr-12 pl-4 hover:bg-hover">
          <span className="inline-flex w-24 items-center gap-1.5">
            <span className={classes('size-2 shrink-0 rounded-full', dots[status])} />
            {words.statuses[status]}
          </span>
          <code className="min-w-44 flex-1 font-mono text-xs break-all">{event_type}</code>
          <span className="text-xs text-faint">
            {last ? answerOf(last) : words.notTried}
            {tries.length > 1 && ` · ${words.tries(tries.length)}`}
          </span>
          <span className="numeric text-xs text-faint">{formatFull(created_at)}</span>
        </summary>
      }
    >
      <Details delivery={delivery} />
    </Disclosure>
  )
}

function answerOf({ status, error, latency_ms }: Try): string {
  const answer = error ?? (status === null ? words.noAnswer : words.answered(status))
  return `${answer} · ${formatMilliseconds(latency_ms)}`
}

function Details({ delivery: { id, event_type, conversation_id, tries } }: { delivery: Delivery }) {
  return (
    <div className="flex flex-col gap-3 px-4 pt-1 pb-4">
      <p className="text-xs text-soft">
        {words.id} <code className="font-mono break-all">{id}</code>
        {conversation_id && event_type !== 'conversation.deleted' && (
          <>
            {' · '}
            <Link to="/conversations/$conversation_id" params={{ conversation_id }} className="underline">
              {words.conversation}
            </Link>
          </>
        )}
      </p>
      {tries.length === 0 && <p className="text-soft">{words.notTried}</p>}
      <ol className="flex flex-col gap-2">
        {tries.map((one) => (
          <li key={one.started_at} className="rounded-md bg-sunken px-3 py-2">
            <p className="flex flex-wrap gap-x-4">
              <span className="numeric">{formatFull(one.started_at)}</span>
              <span className={one.error === null ? undefined : 'text-bad'}>{answerOf(one)}</span>
            </p>
            <Answer body={one.response_body} wasAnswered={one.status !== null} />
          </li>
        ))}
      </ol>
    </div>
  )
}

/** A receiver may repeat the content of the event. */
function Answer({ body, wasAnswered }: { body: string | null; wasAnswered: boolean }) {
  const session = useSession()
  if (!wasAnswered) return null
  if (!holdsAny(session, ['conversations:read_sensitive'])) return <p className="text-xs text-faint">{words.hidden}</p>
  if (body === null || body === '') return <p className="text-xs text-faint">{texts.none}</p>
  return <pre className="mt-1 max-h-48 overflow-auto font-mono text-xs break-words whitespace-pre-wrap">{body}</pre>
}
