// What the server has put into the sample page, and settings for the loader that it can begin with: the console tells the others. It is
// imported before the loader, which reads its settings when it is loaded.
import type { WebWidgetConfig } from '@parley/contract'
import { settingsOfLoader } from '../../../contract/src/web-widgets/loader-settings.ts'
import type { Labels, LoaderSettings } from '../loader/settings.ts'

interface SamplePage {
  id: string
  /** Where this page, the frame and its API are. */
  origin: string
  console_origin: string
  /** The file of the loader's second script. */
  open: string
  labels: Record<string, Labels>
  query: string
}

export const page = JSON.parse(document.getElementById('parley-sample')!.textContent!) as SamplePage

/** The launcher is on this page whatever its path is, and for any site. */
export function settingsOf(config: WebWidgetConfig): LoaderSettings {
  const { id, origin, labels, query } = page
  const {
    include: _include,
    exclude: _exclude,
    ...settings
  } = settingsOfLoader({ id, domains: [], config }, origin, labels as never)
  return { ...settings, query } as unknown as LoaderSettings
}

/** Each preview begins again: nothing of the one before is resumed. */
function forget(): void {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.includes(page.id) && (name.includes('-preview') || name.startsWith('anyreach-')))
        localStorage.removeItem(name)
    }
  } catch {
    // Nothing is kept.
  }
}

forget()
Object.assign(window, { parleySample: { settings: settingsOf({}), open: page.open } })
