// Downloads a conversation as a file.
import { formatJson } from '../base/format.ts'
import { saveFile } from '../base/save-file.ts'
import { type Exported, renderPage } from './export-page.ts'

export function exportJson(exported: Exported): void {
  save(`conversation-${exported.conversation.id}.json`, 'application/json', `${formatJson(exported)}\n`)
}

export function exportPage(exported: Exported): void {
  save(`conversation-${exported.conversation.id}.html`, 'text/html', renderPage(exported, new Date().toISOString()))
}

function save(name: string, type: string, text: string): void {
  saveFile(name, new Blob([text], { type: `${type};charset=utf-8` }))
}
