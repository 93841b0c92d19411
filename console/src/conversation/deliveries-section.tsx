// The webhook deliveries of a conversation: their attempts and answers, and a button to send them again.
import type { Output } from '@parley/sdk'
import { ApiError } from '@parley/sdk'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { formatClock, formatFull, formatMilliseconds } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { conversationTexts } from './texts.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { Disclosure } from '../ui/disclosure.tsx'
import { notify, notifyError } from '../ui/notify.ts'
import { Section } from './details-parts.tsx'

type Delivery = Output<'listConversationDeliveries'>['data'][number]
type Try = Delivery['tries'][number]

const words = conversationTexts.deliveries
const page_size = 20
/** Refreshed this often while the section is open. */
const poll_ms = 3000

const deliveriesKey = (conversation_id: string) => ['deliveries', conversation_id] as const

interface SectionProps {
  conversation_id: string
  /** Each event may cause new deliveries. */
  events: number
}

export function DeliveriesSection(props: SectionProps) {
  const { scopes } = useSession()
  return scopes.has('webhooks:read') || scopes.has('webhooks:manage') ? <Deliveries {...props} /> : null
}

function Deliveries({ conversation_id, events }: SectionProps) {
  const list = useDeliveries(conversation_id, events)
  const addresses = useAddresses()
  const deliveries = list.data?.pages.flatMap(({ data }) => data) ?? []
  // A key that is limited to certain agents cannot see endpoints.
  if (list.error instanceof ApiError && list.error.status === 404) return null
  return (
    <Section title={words.title}>
      {list.isError && deliveries.length === 0 && (
        <div role="alert" className="flex items-center gap-3 text-soft">
          {words.failed}
          <Button onClick={() => void list.refetch()}>{texts.retry}</Button>
        </div>
      )}
      {list.isSuccess && deliveries.length === 0 && <p className="text-faint">{words.none}</p>}
      <ol className="flex flex-col">
        {deliveries.map((delivery) => (
          <li key={delivery.id}>
            <DeliveryLine delivery={delivery} address={addresses.get(delivery.webhook_id)} />
          </li>
        ))}
      </ol>
      {list.hasNextPage && (
        <Button
          kind="quiet"
          className="mt-1"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
    </Section>
  )
}

function useDeliveries(conversation_id: string, events: number) {
  const { client } = useSession()
  const queries = useQueryClient()
  useEffect(() => {
    if (events > 0) void queries.invalidateQueries({ queryKey: deliveriesKey(conversation_id) })
  }, [queries, conversation_id, events])
  return useInfiniteQuery({
    queryKey: deliveriesKey(conversation_id),
    queryFn: ({ pageParam, signal }) => {
      const start = pageParam === null ? {} : { cursor: pageParam }
      return client.listConversationDeliveries({ conversation_id, ...start, limit: page_size }, { signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ pagination }) => pagination.next_cursor,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some((page) => page.data.some(({ status }) => status === 'pending')) ? poll_ms : false,
  })
}

/** The endpoints by id. An organization has 50 at most. */
function useAddresses(): ReadonlyMap<string, string> {
  const { client } = useSession()
  const { data } = useQuery({
    queryKey: ['webhook-addresses'],
    queryFn: async ({ signal }) => {
      const { data: endpoints } = await client.listWebhookEndpoints({ limit: 100 }, { signal })
      return new Map(endpoints.map(({ id, url }) => [id, url]))
    },
    staleTime: 60_000,
  })
  return data ?? new Map()
}

function DeliveryLine({ delivery, address }: { delivery: Delivery; address: string | undefined }) {
  const { event_type, status, tries } = delivery
  return (
    <Disclosure
      summary={
        <summary className="flex list-none items-baseline gap-2 rounded px-1 py-0.5 hover:bg-hover">
          <span className="numeric w-6 shrink-0 text-right text-xs text-faint">{delivery.sequence}</span>
          <span className="min-w-0 flex-1 truncate font-mono text-xs">{event_type}</span>
          <span className={classes('shrink-0 text-xs', status === 'failed' ? 'text-bad' : 'text-soft')}>
            {words.statuses[status]}
          </span>
          <span className="numeric shrink-0 text-xs text-faint">{words.tries(tries.length)}</span>
        </summary>
      }
    >
      <div className="my-1 flex flex-col gap-2 rounded-md bg-sunken p-2 text-xs">
        <p className="break-all text-soft">{address ?? words.unknownEndpoint}</p>
        {tries.length === 0 && <p className="text-faint">{words.noTry}</p>}
        {tries.length > 0 && (
          <ol aria-label={words.lastTries} className="flex flex-col gap-1.5">
            {tries.toReversed().map((one) => (
              <TryLine key={one.started_at} one={one} />
            ))}
          </ol>
        )}
        <SendAgain delivery={delivery} />
      </div>
    </Disclosure>
  )
}

function TryLine({ one }: { one: Try }) {
  const { started_at, status, error, latency_ms, response_body } = one
  return (
    <li>
      <p className="flex items-baseline gap-2">
        <span className={classes('min-w-0 flex-1 break-words', error === null ? 'text-good' : 'text-bad')}>
          {status === null ? words.noAnswer : words.answered(status)}
        </span>
        <span className="numeric shrink-0 text-soft">{formatMilliseconds(latency_ms)}</span>
        <time dateTime={started_at} title={formatFull(started_at)} className="numeric shrink-0 text-soft">
          {formatClock(started_at)}
        </time>
      </p>
      {status === null && error !== null && <p className="break-words text-soft">{error}</p>}
      {response_body && (
        <pre aria-label={words.answer} className="mt-0.5 font-mono break-words whitespace-pre-wrap text-soft">
          {response_body}
        </pre>
      )}
    </li>
  )
}

function SendAgain({ delivery }: { delivery: Delivery }) {
  const { client, scopes } = useSession()
  const queries = useQueryClient()
  const { id: delivery_id, webhook_id, conversation_id } = delivery
  const send = useMutation({
    mutationFn: () => client.redeliverWebhookDelivery({ webhook_id, delivery_id }),
    onSuccess: async () => {
      notify(words.sent)
      await queries.invalidateQueries({ queryKey: deliveriesKey(conversation_id!) })
    },
    onError: notifyError,
  })
  if (!scopes.has('webhooks:manage')) return null
  return (
    <div>
      <Button disabled={send.isPending} onClick={() => send.mutate()}>
        {delivery.status === 'pending' ? words.now : words.again}
      </Button>
    </div>
  )
}
