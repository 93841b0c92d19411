// The loader: the one script that a site includes. It must never throw into the page.
import { isListed } from '../base/origins.ts'
import { attempt, findWidget, publish, createEvents } from './api.ts'
import type { LoaderSettings } from './settings.ts'
import { startWidget } from './widget.ts'

/** The server puts the settings here. */
declare const __PARLEY_SETTINGS__: LoaderSettings

attempt(() => {
  const settings = __PARLEY_SETTINGS__
  const { id, domains } = settings
  const attributes = { ...(document.currentScript as HTMLScriptElement | null)?.dataset }
  if (findWidget(id)) return
  if (!isListed(domains, location.origin)) {
    console.error(`[Parley] Widget ${id} may not be used on ${location.origin}.`)
    const { on, emit } = createEvents()
    publish(id, { on })
    // After those who have asked for events before.
    return setTimeout(() => emit('blocked', {}))
  }
  const start = () => attempt(() => startWidget(settings, attributes))
  if (document.body) return start()
  return addEventListener('DOMContentLoaded', start, { once: true })
})
