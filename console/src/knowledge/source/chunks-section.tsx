// The chunks of a source in one of its knowledge bases, in their order.
import type { Chunk } from '@parley/contract'
import { useNavigate } from '@tanstack/react-router'
import { PassageText } from '../../passages/passage.tsx'
import { passageTexts } from '../../passages/texts.ts'
import { useSession } from '../../session/session-context.ts'
import { PagedList } from '../../settings/paged-table.tsx'
import { usePages } from '../../settings/use-pages.ts'
import { Field, SelectInput } from '../../ui/field.tsx'
import type { Place } from '../source-page.tsx'
import { sourcePageTexts as words } from './texts.ts'

interface Props {
  source_id: string
  places: readonly Place[]
  place: Place | undefined
}

export function ChunksSection({ source_id, places, place }: Props) {
  const navigate = useNavigate()
  if (!place) return <p className="rounded-lg bg-sunken px-4 py-3 text-soft">{words.noDataset}</p>
  return (
    <>
      {places.length > 1 && (
        <div className="max-w-xs">
          <Field label={words.chunksOf}>
            <SelectInput
              value={place.dataset_id}
              onChange={({ target }) =>
                void navigate({
                  to: '/knowledge/sources/$source_id',
                  params: { source_id },
                  search: { section: 'chunks', dataset_id: target.value },
                  replace: true,
                })
              }
            >
              {places.map(({ dataset_id, name }) => (
                <option key={dataset_id} value={dataset_id}>
                  {name}
                </option>
              ))}
            </SelectInput>
          </Field>
        </div>
      )}
      <Chunks key={place.dataset_source_id} place={place} />
    </>
  )
}

function Chunks({ place: { dataset_id, dataset_source_id } }: { place: Place }) {
  const { client } = useSession()
  const query = usePages<Chunk>(['source-chunks', dataset_source_id], (page, call) =>
    client.listDatasetSourceChunks({ dataset_id, dataset_source_id, ...page }, call),
  )
  return (
    <div className="rounded-lg border border-line bg-surface">
      <PagedList query={query} empty={words.noChunks}>
        {(rows) => (
          <ol aria-label={words.sections.chunks}>
            {rows.map((chunk) => (
              <li key={chunk.id} className="flex flex-col gap-1 border-t border-line px-4 py-2.5 first:border-t-0">
                <p className="numeric flex flex-wrap gap-x-3 text-xs text-faint">
                  <span className="font-medium text-soft">{words.chunk(chunk.position)}</span>
                  <span>{words.charactersOf(chunk.characters)}</span>
                  {chunk.page !== null && <span>{passageTexts.page(chunk.page)}</span>}
                  {!chunk.has_vector && <span>{passageTexts.noVector}</span>}
                  {chunk.heading_path.length > 0 && (
                    <span className="min-w-0 break-words">
                      <bdi>{chunk.heading_path.join(' › ')}</bdi>
                    </span>
                  )}
                </p>
                <PassageText text={chunk.content} />
              </li>
            ))}
          </ol>
        )}
      </PagedList>
    </div>
  )
}
