// Downloads what the page shows, or each call of its range.
import { saveFile } from '../base/save-file.ts'
import { useSession } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { notifyError } from '../ui/notify.ts'
import { PopupMenu, PopupMenuItem } from '../ui/popup.tsx'
import { renderCsv } from './csv.ts'
import { usageTexts } from './texts.ts'
import type { Usage } from './use-usage.ts'

const words = usageTexts.download

export function DownloadMenu({ usage, nameOf }: { usage: Usage; nameOf: (key: string | null) => string }) {
  const { readFile } = useSession()
  const saveSums = () => {
    const { rows, group } = usage
    const csv = renderCsv(rows, group === undefined ? null : { group, nameOf })
    saveFile(words.sumsFile, new Blob([csv], { type: 'text/csv;charset=utf-8' }))
  }
  const saveEntries = async () => {
    const { from: after, to: before } = usage.times
    const asked = new URLSearchParams({ format: 'csv', after, before })
    saveFile(words.entriesFile, await readFile(`/admin/usage/entries?${asked.toString()}`))
  }
  return (
    <PopupMenu trigger={<Button icon="download">{words.label}</Button>}>
      <PopupMenuItem onSelect={saveSums}>{words.sums}</PopupMenuItem>
      <PopupMenuItem onSelect={() => void saveEntries().catch(notifyError)}>{words.entries}</PopupMenuItem>
    </PopupMenu>
  )
}
