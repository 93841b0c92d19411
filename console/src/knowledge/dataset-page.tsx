// The page of one knowledge base: its sources, a search to try, what conversations asked, and its settings.
import type { Dataset } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { passageTexts } from '../passages/texts.ts'
import { datasetKey } from '../passages/use-datasets.ts'
import { useSession } from '../session/session-context.ts'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { useTitle } from '../shell/use-title.ts'
import { texts } from '../texts/index.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { useKeys } from '../ui/use-keys.ts'
import { type DatasetSection, datasetSections } from './knowledge-search.ts'
import { QuestionsSection } from './questions/questions-section.tsx'
import { SettingsSection } from './settings/settings-section.tsx'
import { SourceCounts } from './source-counts.tsx'
import { LeaveDialog } from './sources/leave-dialog.tsx'
import { SourcesSection } from './sources/sources-section.tsx'
import { useUploads } from './sources/use-uploads.ts'
import { knowledgeTexts as words } from './texts.ts'
import { TrySection } from './try/try-section.tsx'

/** While vectors are being made, how far they are changes by itself. */
const [soon_ms, later_ms] = [2000, 30_000]

export function DatasetPage() {
  const { dataset_id } = useParams({ from: '/pages/knowledge/$dataset_id' })
  return <OneDataset key={dataset_id} dataset_id={dataset_id} />
}

function OneDataset({ dataset_id }: { dataset_id: string }) {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: datasetKey(dataset_id),
    queryFn: ({ signal }) => client.getDataset({ dataset_id }, { signal }),
    refetchInterval: ({ state }) => (state.data?.reembedding?.status === 'running' ? soon_ms : later_ms),
  })
  useTitle(data?.name ?? texts.loading)
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return <Shown dataset={data} />
}

function Shown({ dataset }: { dataset: Dataset }) {
  const { section = 'sources' } = useSearch({ from: '/pages/knowledge/$dataset_id' })
  const navigate = useNavigate()
  const uploads = useUploads(dataset.id)
  useKeys({ Escape: () => void navigate({ to: '/knowledge' }) })
  return (
    <>
      <PageHeader
        back={{ to: '/knowledge', label: words.back }}
        title={dataset.name}
        note={
          <p className="flex flex-wrap items-center gap-x-3 text-xs text-faint">
            <SourceCounts counts={dataset.counts} />
            <span className="numeric">{words.chunks(dataset.counts.chunks)}</span>
            <span>{words.modes[dataset.retrieval_mode]}</span>
          </p>
        }
      >
        <SectionLinks dataset_id={dataset.id} section={section} />
      </PageHeader>
      <div
        role="group"
        aria-label={words.sections[section]}
        // It scrolls, and may contain nothing else that takes the focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)]"
      >
        <div className="mx-auto flex max-w-5xl flex-col gap-4 px-4 py-4 wide:px-6 wide:py-5">
          <h2 className="sr-only">{words.sections[section]}</h2>
          {dataset.retrieval_reason !== null && (
            <p className="rounded-lg bg-sunken px-4 py-2.5 text-soft text-pretty">
              {passageTexts.reasons[dataset.retrieval_reason]}
            </p>
          )}
          <Section section={section} dataset={dataset} uploads={uploads} />
        </div>
      </div>
      <LeaveDialog uploads={uploads.uploads} />
    </>
  )
}

interface SectionProps {
  section: DatasetSection
  dataset: Dataset
  uploads: ReturnType<typeof useUploads>
}

function Section({ section, dataset, uploads }: SectionProps) {
  switch (section) {
    case 'sources':
      return <SourcesSection dataset={dataset} uploads={uploads} />
    case 'try':
      return <TrySection dataset={dataset} />
    case 'questions':
      return <QuestionsSection dataset={dataset} />
    case 'settings':
      return <SettingsSection dataset={dataset} />
  }
}

function SectionLinks({ dataset_id, section }: { dataset_id: string; section: DatasetSection }) {
  return (
    <nav aria-label={words.sectionsLabel} className="max-w-full overflow-x-auto">
      <ul className="flex w-max gap-0.5">
        {datasetSections.map((name) => (
          <li key={name}>
            <Link
              to="/knowledge/$dataset_id"
              params={{ dataset_id }}
              search={{ section: name }}
              replace
              aria-current={name === section ? 'page' : undefined}
              className="flex h-8 items-center rounded-md px-2.5 whitespace-nowrap text-soft hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:font-medium aria-[current=page]:text-accent-strong"
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
