// The page of a source: what it is, its text, its chunks, and its crawls.
import type { DatasetSource, Source } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useSession } from '../session/session-context.ts'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { useTitle } from '../shell/use-title.ts'
import { texts } from '../texts/index.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { useKeys } from '../ui/use-keys.ts'
import { type SourceSection, sourceSections } from './knowledge-search.ts'
import { ChunksSection } from './source/chunks-section.tsx'
import { CrawlSection } from './source/crawl-section.tsx'
import { SourceActions } from './source/source-actions.tsx'
import { SourceFacts } from './source/source-facts.tsx'
import { sourceKey, type SourceDetail } from './source/source-key.ts'
import { TextSection } from './source/text-section.tsx'
import { sourcePageTexts as words } from './source/texts.ts'

/** While it is being prepared or fetched, it changes by itself. */
const [soon_ms, later_ms] = [2000, 30_000]

export function SourcePage() {
  const { source_id } = useParams({ from: '/pages/knowledge/sources/$source_id' })
  return <OneSource key={source_id} source_id={source_id} />
}

function OneSource({ source_id }: { source_id: string }) {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: sourceKey(source_id),
    queryFn: ({ signal }) => client.getSource({ source_id }, { signal }),
    refetchInterval: ({ state }) => (state.data && isAtWork(state.data) ? soon_ms : later_ms),
  })
  useTitle(data?.name ?? texts.loading)
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return <Shown source={data} />
}

function isAtWork({ status, crawl }: Source): boolean {
  return status === 'pending' || status === 'converting_to_markdown' || crawl?.status === 'running'
}

export type Place = Pick<DatasetSource, 'dataset_id'> & { dataset_source_id: string; name: string }

function Shown({ source }: { source: SourceDetail }) {
  const search = useSearch({ from: '/pages/knowledge/sources/$source_id' })
  const navigate = useNavigate()
  const places = source.datasets.map(({ id, name, dataset_source_id }): Place => {
    return { dataset_id: id, name, dataset_source_id }
  })
  const place = places.find(({ dataset_id }) => dataset_id === search.dataset_id) ?? places[0]
  const shown = sourceSections.filter((name) => name !== 'crawl' || source.type === 'URL')
  const section = shown.find((name) => name === search.section) ?? 'text'
  useKeys({
    Escape: () =>
      void (place
        ? navigate({ to: '/knowledge/$dataset_id', params: { dataset_id: place.dataset_id } })
        : navigate({ to: '/knowledge' })),
  })
  return (
    <>
      <PageHeader
        back={
          place
            ? {
                to: '/knowledge/$dataset_id',
                params: { dataset_id: place.dataset_id },
                label: words.backTo(place.name),
              }
            : { to: '/knowledge', label: words.backToList }
        }
        title={source.name}
        note={<p className="text-xs text-faint">{words.types[source.type]}</p>}
      >
        <SourceActions source={source} dataset_id={place?.dataset_id} />
      </PageHeader>
      <div
        role="group"
        aria-label={source.name}
        // It scrolls, and may contain nothing else that takes the focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)]"
      >
        <div className="mx-auto flex max-w-4xl flex-col gap-4 px-4 py-4 wide:px-6 wide:py-5">
          <SourceFacts source={source} />
          <SectionLinks source_id={source.id} shown={shown} section={section} />
          {section === 'text' && <TextSection source={source} />}
          {section === 'chunks' && <ChunksSection source_id={source.id} places={places} place={place} />}
          {section === 'crawl' && <CrawlSection source={source} />}
        </div>
      </div>
    </>
  )
}

interface LinksProps {
  source_id: string
  shown: readonly SourceSection[]
  section: SourceSection
}

function SectionLinks({ source_id, shown, section }: LinksProps) {
  const { dataset_id } = useSearch({ from: '/pages/knowledge/sources/$source_id' })
  return (
    <nav aria-label={words.sectionsLabel}>
      <ul className="flex gap-0.5">
        {shown.map((name) => (
          <li key={name}>
            <Link
              to="/knowledge/sources/$source_id"
              params={{ source_id }}
              search={{ section: name, ...(dataset_id === undefined ? {} : { dataset_id }) }}
              replace
              aria-current={name === section ? 'page' : undefined}
              className="flex h-8 items-center rounded-md px-2.5 text-soft hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:font-medium aria-[current=page]:text-accent-strong"
              activeProps={{}}
            >
              {words.sections[name]}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
