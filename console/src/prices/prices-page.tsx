// The list of prices: the organization's, and those that it has from above, which it can only read.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { formatFull } from '../base/format.ts'
import { billingTexts } from '../billing/texts.ts'
import { useCurrency } from '../billing/use-currency.ts'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { PagedTable } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { settingsTexts } from '../settings/texts.ts'
import { usePages } from '../settings/use-pages.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { useNow } from '../ui/use-now.ts'
import { PriceDialog } from './price-dialog.tsx'
import { PriceRates } from './price-rates.tsx'
import { type Price, type PriceState, statesOf } from './price-state.ts'
import { RecalculateDialog } from './recalculate-dialog.tsx'
import { priceTexts as words } from './texts.ts'

export function PricesPage() {
  const { client, scopes } = useSession()
  const wanted = useSearch({ from: '/pages/settings-frame/settings/prices' })
  const navigate = useNavigate({ from: '/settings/prices' })
  const [isNew, setNew] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const isAllowed = scopes.has('billing:manage')
  const query = usePages<Price>(['prices'], (page, call) => client.listPrices({ ...page, inherited: true }, call), {
    enabled: isAllowed,
  })
  const isOpen = isNew || wanted.model !== undefined
  return (
    <SettingsPage
      title={words.title}
      intro={words.intro}
      action={
        isAllowed && (
          <>
            <Button icon="again" onClick={() => setAsking(true)}>
              {words.recalculate}
            </Button>
            <Button icon="plus" kind="primary" onClick={() => setNew(true)}>
              {words.add}
            </Button>
          </>
        )
      }
    >
      <Needs scopes={['billing:manage']} to={billingTexts.needs}>
        <Prices query={query} />
      </Needs>
      {isAllowed && isOpen && (
        <PriceDialog
          wanted={wanted}
          known={query.rows}
          onClose={() => {
            setNew(false)
            void navigate({ search: {}, replace: true })
          }}
        />
      )}
      {isAsking && <RecalculateDialog onClose={() => setAsking(false)} />}
    </SettingsPage>
  )
}

export const nameOf = ({ model, kind }: Pick<Price, 'model' | 'kind'>) => model ?? billingTexts.kinds[kind]

function Prices({ query }: { query: ReturnType<typeof usePages<Price>> }) {
  const session = useSession()
  const currency = useCurrency(session)
  const now = useNow()
  const [deleted, setDeleted] = useState<Price | null>(null)
  const states = statesOf(query.rows, now.getTime())
  return (
    <Section title={words.list} intro={currency && words.perMillion(currency)}>
      <div
        role="group"
        aria-label={words.list}
        // It scrolls on narrow screens, so it takes the focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="relative overflow-x-auto"
      >
        <PagedTable
          label={words.list}
          query={query}
          empty={words.empty}
          keyOf={({ id }) => id}
          columns={[
            {
              name: words.of,
              render: ({ kind, model }) => (
                <>
                  <span className="font-medium break-words">{model ?? billingTexts.kinds[kind]}</span>
                  {model !== null && <span className="block text-xs text-faint">{billingTexts.kinds[kind]}</span>}
                </>
              ),
            },
            { name: words.price, render: (price) => <PriceRates price={price} /> },
            {
              name: words.validFrom,
              render: ({ id, valid_from }) => (
                <>
                  {formatFull(valid_from)}
                  <State state={states.get(id)!} />
                </>
              ),
            },
            { name: words.setBy, isExtra: true, render: (price) => <Owner price={price} /> },
          ]}
          renderActions={(price) =>
            price.set_by === 'organization' &&
            states.get(price.id) === 'later' && (
              <IconButton icon="trash" label={words.deleteOne(nameOf(price))} onClick={() => setDeleted(price)} />
            )
          }
        />
      </div>
      {deleted && (
        <AskDialog
          title={words.deleteTitle}
          text={words.deleteText}
          submit={settingsTexts.delete}
          done={words.deleted}
          isDangerous
          changes={[['prices']]}
          act={() => session.client.deletePrice({ price_id: deleted.id })}
          onClose={() => setDeleted(null)}
        />
      )}
    </Section>
  )
}

const dots: Record<PriceState, string> = { current: 'bg-good', later: 'border-2 border-faint', earlier: 'bg-faint/60' }

function State({ state }: { state: PriceState }) {
  return (
    <span className="flex items-center gap-1.5 text-xs text-faint">
      <span className={classes('size-2 shrink-0 rounded-full', dots[state])} />
      {words.states[state]}
    </span>
  )
}

function Owner({ price: { set_by, locked } }: { price: Price }) {
  return (
    <>
      {words.setByWhom[set_by]}
      {locked && (
        <span className="block text-xs text-faint">
          {set_by === 'organization' ? words.lockedHint : words.lockedBy}
        </span>
      )}
    </>
  )
}
