// When a page or site is fetched again, its last crawls, and what became of each address.
import { type CrawlPage, type PageOutcome, type Source, pageOutcomes } from '@parley/contract'
import type { Output } from '@parley/sdk'
import { useState } from 'react'
import { formatFull, formatNumber } from '../../base/format.ts'
import { useSession } from '../../session/session-context.ts'
import { PagedList } from '../../settings/paged-table.tsx'
import { Section } from '../../settings/settings-page.tsx'
import { useChange } from '../../settings/use-change.ts'
import { usePages } from '../../settings/use-pages.ts'
import { Button } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { controlClasses } from '../../ui/control-classes.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Field, SelectInput } from '../../ui/field.tsx'
import { Icon } from '../../ui/icons.tsx'
import { sourceKey } from './source-key.ts'
import { sourcePageTexts as words } from './texts.ts'

type Crawl = Output<'listSourceCrawls'>['data'][number]

const [soon_ms, later_ms] = [2000, 30_000]

export function CrawlSection({ source }: { source: Source }) {
  const { client } = useSession()
  const source_id = source.id
  const query = usePages<Crawl>(
    ['crawls', source_id],
    (page, call) => client.listSourceCrawls({ source_id, ...page }, call),
    { lookAgain: (rows) => (rows.some(({ status }) => status === 'running') ? soon_ms : later_ms) },
  )
  return (
    <>
      <Refresh source={source} />
      <div className="rounded-lg border border-line bg-surface">
        <PagedList query={query} empty={words.noCrawls}>
          {(rows) => (
            <ol aria-label={words.sections.crawl}>
              {rows.map((crawl, index) => (
                <li key={crawl.id} className="border-t border-line first:border-t-0">
                  <OneCrawl source_id={source_id} crawl={crawl} isNewest={index === 0} />
                </li>
              ))}
            </ol>
          )}
        </PagedList>
      </div>
    </>
  )
}

function Refresh({ source }: { source: Source }) {
  const { client, scopes } = useSession()
  const { id: source_id, refresh_interval_hours: hours, next_refresh_at, parent_source_id } = source
  const change = useChange(sourceKey(source_id))
  // The crawl that has found a page fetches it again too.
  if (parent_source_id !== null) return null
  const value = hours === null ? '' : String(hours)
  const choices: [string, string][] = Object.entries(words.refreshes)
  if (hours !== null && !Object.hasOwn(words.refreshes, value)) choices.push([value, words.refreshEvery(hours)])
  const save = (next: string) =>
    change(
      client.updateSource({ source_id, refresh_interval_hours: next === '' ? null : Number(next) }),
      words.refreshSaved,
    )
  return (
    <Section title={words.refresh}>
      <div className="flex flex-wrap items-end gap-4 p-4">
        <div className="w-48">
          <Field label={words.refreshOften}>
            <SelectInput
              value={value}
              disabled={!scopes.has('sources:manage')}
              onChange={({ target }) => void save(target.value)}
            >
              {choices.map(([choice, name]) => (
                <option key={choice} value={choice}>
                  {name}
                </option>
              ))}
            </SelectInput>
          </Field>
        </div>
        {next_refresh_at !== null && (
          <p className="pb-1.5 text-soft">
            {words.next}: <time dateTime={next_refresh_at}>{formatFull(next_refresh_at)}</time>
          </p>
        )}
      </div>
    </Section>
  )
}

function OneCrawl({ source_id, crawl, isNewest }: { source_id: string; crawl: Crawl; isNewest: boolean }) {
  const { client, scopes } = useSession()
  const { status, started_at, counts, reason, warning } = crawl
  const told = pageOutcomes.filter((outcome) => counts[outcome] > 0)
  const change = useChange(['crawls', source_id])
  const accept = () => change(client.crawlSource({ source_id, accept_removals: true }), words.fetched)
  return (
    <Disclosure
      className="group"
      summary={
        <summary className="flex list-none flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2 hover:bg-hover">
          <Icon
            name="right"
            width="12"
            height="12"
            className="-mr-2 shrink-0 self-center text-faint transition-transform group-open:rotate-90"
          />
          <span className={classes('font-medium', status === 'failed' && 'text-bad')}>
            {words.crawlStatuses[status]}
          </span>
          <span className="numeric text-xs text-faint">{words.crawlOf(formatFull(started_at))}</span>
          <span className="numeric flex flex-wrap gap-x-3 text-xs text-soft">
            {told.map((outcome) => (
              <span key={outcome} className={outcome === 'failed' ? 'text-bad' : undefined}>
                {words.outcomes[outcome]} {formatNumber(counts[outcome])}
              </span>
            ))}
            {status === 'running' && counts.waiting > 0 && <span>{words.waiting(counts.waiting)}</span>}
          </span>
          {warning !== null && <span className="block w-full text-warn">{warning}</span>}
          {reason !== null && <span className="block w-full text-bad">{reason.message}</span>}
        </summary>
      }
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        {isNewest && reason?.code === 'too_many_gone' && scopes.has('sources:manage') && (
          <div className="flex flex-wrap items-center gap-3 rounded-md bg-warn-wash px-3 py-2 text-warn">
            <p className="min-w-0 flex-1">{words.acceptHint}</p>
            <Button onClick={() => void accept()}>{words.accept}</Button>
          </div>
        )}
        <Addresses source_id={source_id} crawl={crawl} />
      </div>
    </Disclosure>
  )
}

function Addresses({ source_id, crawl }: { source_id: string; crawl: Crawl }) {
  const { client } = useSession()
  const [outcome, setOutcome] = useState<PageOutcome | undefined>()
  const query = usePages<CrawlPage>(
    ['crawls', source_id, crawl.id, outcome],
    (page, call) =>
      client.listCrawlPages({ source_id, crawl_id: crawl.id, ...page, ...(outcome ? { outcome } : {}) }, call),
    { lookAgain: () => crawl.status === 'running' && soon_ms },
  )
  return (
    <>
      <select
        aria-label={words.outcome}
        className={`${controlClasses} w-auto! self-start pr-1`}
        value={outcome ?? ''}
        onChange={({ target }) => setOutcome(pageOutcomes.find((known) => known === target.value))}
      >
        <option value="">{words.all}</option>
        {pageOutcomes.map((known) => (
          <option key={known} value={known}>
            {words.outcomes[known]}
          </option>
        ))}
      </select>
      <PagedList query={query} empty={words.noAddresses}>
        {(rows) => (
          <ul aria-label={words.addresses} className="flex flex-col">
            {rows.map((page) => (
              <li key={page.url} className="flex flex-wrap gap-x-3 border-t border-line py-1 first:border-t-0">
                <span className="min-w-0 flex-1 basis-60 font-mono text-xs break-all">{page.url}</span>
                <span className={classes('text-xs', page.outcome === 'failed' ? 'text-bad' : 'text-soft')}>
                  {words.outcomes[page.outcome]}
                </span>
                {page.reason !== null && <span className="w-full text-xs text-faint">{page.reason}</span>}
              </li>
            ))}
          </ul>
        )}
      </PagedList>
    </>
  )
}
