// The audit log: its entries, filtered by the address, and their export.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { PagedList } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { usePages } from '../settings/use-pages.ts'
import { Button } from '../ui/button.tsx'
import { notify, notifyError } from '../ui/notify.ts'
import { PopupMenu, PopupMenuItem } from '../ui/popup.tsx'
import { saveFile } from '../base/save-file.ts'
import { EntryLine } from './entry-line.tsx'
import type { Entry } from './entry-text.ts'
import { FilterBar } from './filter-bar.tsx'
import { type Filters, isFiltered } from './filters.ts'
import { auditTexts as words } from './texts.ts'

export function AuditLogPage() {
  return (
    <SettingsPage title={words.title} intro={words.intro}>
      <Needs scopes={['organizations:manage']} to={words.toSee}>
        <Entries />
      </Needs>
    </SettingsPage>
  )
}

/** Longer lists are not refreshed by themselves. */
const [often_ms, most_rows] = [15_000, 200]
const lookAgain = ({ length }: readonly Entry[]) => length <= most_rows && often_ms

function Entries() {
  const { client } = useSession()
  const filters = useSearch({ from: '/pages/settings-frame/settings/audit-log' })
  const navigate = useNavigate()
  const query = usePages<Entry>(
    ['audit-log', filters],
    (page, call) => client.listAuditLog({ ...page, ...filters }, call),
    { lookAgain },
  )
  const change = (search: Filters) => void navigate({ to: '/settings/audit-log', search, replace: true })
  return (
    <>
      <FilterBar filters={filters} entries={query.rows} onChange={change} />
      <Section title={words.list} intro={words.listIntro} action={<ExportMenu filters={filters} />}>
        <PagedList query={query} empty={isFiltered(filters) ? words.emptyFiltered : words.empty}>
          {(rows) => (
            <ol aria-label={words.list}>
              {rows.map((entry) => (
                <li key={entry.id} className="border-b border-line last:border-b-0">
                  <EntryLine entry={entry} />
                </li>
              ))}
            </ol>
          )}
        </PagedList>
      </Section>
    </>
  )
}

type Format = keyof typeof words.exportAs

/** What matches the filters, as the server stores it. */
function ExportMenu({ filters }: { filters: Filters }) {
  const { client, organization } = useSession()
  const [isBusy, setBusy] = useState(false)
  const save = async (format: Format) => {
    setBusy(true)
    try {
      const response = await client.exportAuditLog({ format, ...filters }, { timeout_ms: 0 })
      saveFile(`audit-log-${organization.name}.${format}`, await response.blob())
      notify(words.exported)
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <PopupMenu
      trigger={
        <Button icon="download" disabled={isBusy}>
          {isBusy ? words.exporting : words.export}
        </Button>
      }
    >
      {(Object.keys(words.exportAs) as Format[]).map((format) => (
        <PopupMenuItem key={format} onSelect={() => void save(format)}>
          {words.exportAs[format]}
        </PopupMenuItem>
      ))}
    </PopupMenu>
  )
}
