// Usage: what was counted in a time range and what it cost, as figures, charts and tables.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { formatFull } from '../base/format.ts'
import { billingTexts } from '../billing/texts.ts'
import { useRefreshOn } from '../live/organization-events.ts'
import { useSession } from '../session/session-context.ts'
import { LoadFault } from '../settings/paged-table.tsx'
import { Needs, SettingsPage } from '../settings/settings-page.tsx'
import { texts } from '../texts/index.ts'
import { EmptyState, LoadingState } from '../ui/state.tsx'
import { Breakdown } from './breakdown.tsx'
import { DownloadMenu } from './download-menu.tsx'
import { Figures } from './figures.tsx'
import { RangeBar } from './range-bar.tsx'
import { usageTexts as words } from './texts.ts'
import { UnpricedNotice } from './unpriced-notice.tsx'
import { UsageCharts } from './usage-charts.tsx'
import { useGroupNames } from './use-names.ts'
import { type Usage, isQuiet, useUsage } from './use-usage.ts'

/** What is counted has no events; at these there is more of it. */
const followed = ['budget.warned', 'budget.stopped', 'budget.resumed'] as const

export function UsagePage() {
  const session = useSession()
  const view = useSearch({ from: '/pages/settings-frame/settings/usage' })
  const navigate = useNavigate({ from: '/settings/usage' })
  const isAllowed = session.scopes.has('billing:manage')
  const { data, error, isPending, isPlaceholderData, refetch } = useUsage(session, view, isAllowed)
  useRefreshOn(session, followed, ['usage'])
  const nameOf = useGroupNames(session, data?.group, data?.parts.map(({ key }) => key) ?? [])
  return (
    <SettingsPage
      title={words.title}
      intro={words.intro}
      action={data && <DownloadMenu usage={data} nameOf={nameOf} />}
    >
      <Needs scopes={['billing:manage']} to={billingTexts.needs}>
        <RangeBar view={view} onChange={(search) => void navigate({ search, replace: true })} />
        {error && data && (
          <p role="status" className="flex items-center gap-1.5 text-xs text-faint">
            <span className="size-1.5 rounded-full bg-warn" />
            {texts.outOfDate}
          </p>
        )}
        {isPending && <LoadingState />}
        {error && !data && <LoadFault error={error} onRetry={() => void refetch()} />}
        {data && (
          // Until the figures of the new range arrive, the old ones are dimmed.
          <div aria-busy={isPlaceholderData} className={isPlaceholderData ? 'opacity-50' : undefined}>
            <Shown usage={data} nameOf={nameOf} />
          </div>
        )}
      </Needs>
    </SettingsPage>
  )
}

function Shown({ usage, nameOf }: { usage: Usage; nameOf: (key: string | null) => string }) {
  return (
    <div className="flex flex-col gap-4">
      <UnpricedNotice unpriced={usage.unpriced} />
      <Figures summary={usage.summary} />
      {isQuiet(usage) ? (
        <EmptyState icon="overview" title={words.emptyTitle}>
          {words.empty}
        </EmptyState>
      ) : (
        <>
          <UsageCharts usage={usage} nameOf={nameOf} />
          <Breakdown usage={usage} nameOf={nameOf} />
        </>
      )}
      <p className="text-xs text-faint">{words.note(formatFull(usage.times.from), formatFull(usage.times.to))}</p>
    </div>
  )
}
