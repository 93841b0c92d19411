// A sample page with the real launcher and frame, which show what is not saved yet. The page belongs to the server of the widgets, and
// messages go between its origin and this one alone.
import type { WebWidget, WidgetLocale } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { type Theme, useTheme } from '../../shell/theme.ts'
import { IconButton } from '../../ui/button.tsx'
import { controlClasses } from '../../ui/control-classes.ts'
import { ErrorState, LoadingState } from '../../ui/state.tsx'
import { languageNames, previewTexts as words } from '../section-texts.ts'
import { Segments } from './segments.tsx'
import { firstLocale, localesOf, shownConfig } from './shown-config.ts'
import { useSize } from './use-size.ts'

/** The address of a preview lives fifteen minutes. */
const fresh_ms = 14 * 60_000

interface Props {
  widget: WebWidget
  config: Record<string, unknown>
}

export function Preview({ widget, config }: Props) {
  const { client } = useSession()
  const wished = useTheme()
  const [theme, setTheme] = useState<'light' | 'dark'>(() => themeOf(wished))
  const [device, setDevice] = useState<'desktop' | 'phone'>('desktop')
  const [chosen, setLocale] = useState<WidgetLocale | null>(null)
  const [times, setTimes] = useState(0)
  const offered = localesOf(config)
  const locale = offered.find((one) => one === chosen) ?? firstLocale(config)
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['web-widgets', widget.id, 'preview'],
    queryFn: ({ signal }) => client.previewWebWidget({ web_widget_id: widget.id }, { signal }),
    staleTime: fresh_ms,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const again = async () => {
    await refetch()
    setTimes((before) => before + 1)
  }
  return (
    <section aria-label={words.title} className="flex min-h-0 flex-1 flex-col bg-sunken">
      <div className="flex flex-wrap items-center gap-2 border-b border-line bg-surface px-3 py-2">
        <Segments label={words.theme} choices={words.themes} chosen={theme} onChoose={setTheme} />
        <Segments label={words.device} choices={words.devices} chosen={device} onChoose={setDevice} />
        <select
          aria-label={words.language}
          className={`${controlClasses} w-auto min-w-0 flex-1 pr-1`}
          value={locale}
          onChange={({ target }) => setLocale(target.value as WidgetLocale)}
        >
          {offered.map((one) => (
            <option key={one} value={one}>
              {languageNames[one]}
            </option>
          ))}
        </select>
        <IconButton icon="again" label={words.again} disabled={isFetching} onClick={() => void again()} />
      </div>
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <Stage
          key={`${times} ${widget.agent_version_id}`}
          url={data.url.replace('/frame?', '/sample?')}
          isPhone={device === 'phone'}
          shown={{ config: shownConfig(config), theme, locale }}
        />
      ) : (
        <LoadingState />
      )}
      <p className="border-t border-line bg-surface px-3 py-1.5 text-xs text-faint">{words.note}</p>
    </section>
  )
}

const isSystemDark = () => matchMedia('(prefers-color-scheme: dark)').matches

/** A preview begins in the theme of the console. */
const themeOf = (theme: Theme) => (theme === 'system' ? (isSystemDark() ? 'dark' : 'light') : theme)

interface StageProps {
  url: string
  isPhone: boolean
  shown: { config: Record<string, unknown>; theme: 'light' | 'dark'; locale: WidgetLocale }
}

/** Wide enough for a site's desktop layout; the picture is made smaller to fit. */
const desktop_width = 860
const desktop_least_height = 760
const phone = { width: 390, height: 760 }

function Stage({ url, isPhone, shown }: StageProps) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [stage, { width, height }] = useSize()
  const [isReady, setReady] = useState(false)
  const { origin } = new URL(url)
  const message = JSON.stringify({ parley_sample: 1, ...shown })
  const listen = useEffectEvent(({ origin: from, source, data }: MessageEvent) => {
    if (from !== origin || source !== frame.current?.contentWindow) return
    if ((data as { parley_sample?: unknown } | null)?.parley_sample === 'ready') setReady(true)
  })
  useEffect(() => {
    addEventListener('message', listen)
    return () => removeEventListener('message', listen)
  }, [])
  useEffect(() => {
    if (isReady) frame.current?.contentWindow?.postMessage(JSON.parse(message), origin)
  }, [isReady, message, origin])
  const page = isPhone ? phone : { width: desktop_width, height: desktop_least_height }
  const scale = Math.min(
    1,
    isPhone ? Math.min(width / (page.width + 24), height / (page.height + 24)) : width / page.width,
  )
  const shownHeight = isPhone ? page.height : Math.max(page.height, height / scale)
  return (
    <div ref={stage} className="grid min-h-96 flex-1 place-items-center overflow-hidden">
      {width > 0 && (
        <div style={{ width: page.width * scale, height: isPhone ? shownHeight * scale : '100%' }}>
          <iframe
            ref={frame}
            title={words.frame}
            src={url}
            // A page of this server; with its own origin it keeps what a visitor's browser would.
            // oxlint-disable-next-line react/iframe-missing-sandbox
            sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads"
            className={isPhone ? 'rounded-4xl border-8 border-ink/80 bg-surface' : 'bg-surface'}
            style={{
              width: isPhone ? page.width + 16 : page.width,
              height: shownHeight,
              transform: `scale(${scale})`,
              transformOrigin: '0 0',
            }}
          />
        </div>
      )}
    </div>
  )
}
