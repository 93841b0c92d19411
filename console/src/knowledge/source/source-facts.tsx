// What a source is, how it stands, and where it is attached.
import { Link } from '@tanstack/react-router'
import { formatFull, formatNumber } from '../../base/format.ts'
import { Section } from '../../settings/settings-page.tsx'
import { Facts } from '../../ui/facts.tsx'
import { formatBytes } from '../sources/texts.ts'
import type { SourceDetail } from './source-key.ts'
import { sourcePageTexts as words } from './texts.ts'

export function SourceFacts({ source }: { source: SourceDetail }) {
  const { status, status_reason, tries, warnings, type, file_size, content_hash, parent_source_id } = source
  return (
    <Section title={words.facts}>
      <div className="flex flex-col gap-3 p-4">
        {status_reason !== null && (
          <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
            {status_reason.message}
            {tries > 0 && ` (${words.tries(tries)})`}
          </p>
        )}
        {warnings.length > 0 && (
          <ul aria-label={words.warnings} className="rounded-md bg-warn-wash px-3 py-2 text-warn">
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        )}
        <Facts
          rows={[
            [words.status, words.statuses[status]],
            [words.datasets, <Datasets key="datasets" source={source} />],
            [
              words.file,
              type === 'FILE' && source.file_upload_status !== 'COMPLETE'
                ? words.uploads[source.file_upload_status]
                : null,
            ],
            [words.size, file_size === null ? null : formatBytes(file_size)],
            [words.revision, words.revisionHint(source.revision)],
            [words.pages, source.pages === null ? null : formatNumber(source.pages)],
            [words.characters, source.characters === null ? null : formatNumber(source.characters)],
            [words.language, source.language === null ? null : words.nameOfLanguage(source.language)],
            [words.description, source.description],
            [
              words.parent,
              parent_source_id && (
                <Link
                  key="parent"
                  to="/knowledge/sources/$source_id"
                  params={{ source_id: parent_source_id }}
                  className="underline underline-offset-2"
                >
                  {words.parentLink}
                </Link>
              ),
            ],
            [words.created, formatFull(source.created_at)],
            [words.updated, formatFull(source.updated_at)],
            [words.hash, content_hash && <code key="hash">{content_hash}</code>],
          ]}
        />
      </div>
    </Section>
  )
}

function Datasets({ source: { id, datasets } }: { source: SourceDetail }) {
  if (datasets.length === 0) return words.inNone
  return (
    <ul className="flex flex-wrap gap-x-3">
      {datasets.map((dataset) => (
        <li key={`${id} ${dataset.id}`}>
          <Link
            to="/knowledge/$dataset_id"
            params={{ dataset_id: dataset.id }}
            className="underline underline-offset-2"
          >
            <bdi>{dataset.name}</bdi>
          </Link>
        </li>
      ))}
    </ul>
  )
}
