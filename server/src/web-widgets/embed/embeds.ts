// Loader, frame and challenge of a widget as pages, for the routes of http. What a widget may show where is decided from its row, at each
// request.
import { type WebWidgetConfig, settingsOfLoader } from '@parley/contract'
import type { Core } from '../../calls/core.ts'
import { acrossOrganizations } from '../../database/database.ts'
import { widgetOrigin } from '../origins.ts'
import { isPreviewToken } from '../preview-token.ts'
import { frameAncestors, isOrigin, isOriginListed } from '../rules/domains.ts'
import { headersOfCaptcha, headersOfFrame, headersOfRefusal, headersOfSample } from '../rules/frame-headers.ts'
import { isOpen } from '../visitor-access.ts'
import type { VisitorTokens } from '../visitor-tokens.ts'
import { presentPublic } from '../visitors/public-widget.ts'
import { type WidgetRecord, readPublicWidget } from '../widget-rows.ts'
import { type WidgetBuild, readBuild } from './build.ts'

export interface Page {
  status: number
  headers: Record<string, string>
  body: string
}

export interface FrameRequest {
  /** Where the request reached this server. */
  own_origin: string
  parent_origin: string | undefined
  preview: string | undefined
  /** `Sec-Fetch-Dest`: `document` is a page of its own. */
  destination: string | undefined
}

export interface Embeds {
  loader(id: string, own_origin: string): Promise<Page>
  frame(id: string, request: FrameRequest): Promise<Page>
  captcha(id: string, own_origin: string): Promise<Page>
  /** A website with the widget, for the console alone, which shows there what is not saved yet. */
  sample(id: string, request: FrameRequest): Promise<Page>
  /** A page with the newest widget that may be shown on it, for development. */
  demo(own_origin: string): Promise<Page>
  asset(name: string): Promise<Buffer | null>
}

const html = { 'content-type': 'text/html; charset=utf-8' }
const script = { 'content-type': 'text/javascript; charset=utf-8', 'cross-origin-resource-policy': 'cross-origin' }

function showCaptcha(widget: WidgetRecord | null, files: WidgetBuild | null, own_origin: string): Page {
  if (!widget?.captcha || !isOpen(widget) || !files?.captcha) return refusal(404, 'There is nothing here.')
  const { provider, site_key } = widget.captcha
  const body = fill(files.captcha, { __PARLEY_CAPTCHA__: inlineJson({ provider, site_key }) })
  const place = { own_origin, ancestors: [frameAncestors(widget.domains)] }
  return { status: 200, headers: { ...headersOfCaptcha(provider, place), ...html }, body }
}

export function createEmbeds(core: Core, tokens: VisitorTokens, folder: string): Embeds {
  let build: Promise<WidgetBuild | null> | undefined
  const built = () => (build ??= readBuild(folder))
  const find = async (id: string) => readPublicWidget(core.database, id)

  const isPreview = (widget: WidgetRecord | null, { preview }: FrameRequest) =>
    widget !== null &&
    preview !== undefined &&
    isPreviewToken(core.sealers.preview_signer, widget.id, preview, core.ports.clock.now())
  const consoleOrigin = (own_origin: string) => core.config.sign_in.public_url ?? own_origin

  async function showFrame(widget: WidgetRecord, place: Place, own_origin: string): Promise<Page> {
    const files = await built()
    if (!files) return notBuilt
    const { origin, is_preview, ancestors } = place
    const embed_token = await tokens.signEmbed({ widget_id: widget.id, origin, is_preview })
    const shown = { ...(await presentPublic(core, widget)), ...(is_preview ? { preview: true } : {}) }
    const body = fill(files.frame, { __PARLEY_EMBED_TOKEN__: embed_token, __PARLEY_WIDGET__: inlineJson(shown) })
    const config = widget.config as WebWidgetConfig
    // Pictures that are not saved yet are seen too.
    const pictures = is_preview ? { ...config, image_hosts: ['*'] } : config
    const headers = headersOfFrame(pictures, widget.captcha !== null, { own_origin, ancestors })
    return { status: 200, headers: { ...headers, ...html }, body }
  }

  return {
    async loader(id, own_origin) {
      const [widget, files] = await Promise.all([find(id), built()])
      if (!widget || !isOpen(widget)) return warning(`The web widget ${named(id)} is not live, or does not exist.`)
      if (!files) return warning('The web widget has not been built on this server.')
      const origin = widgetOrigin(core.config, { origin: own_origin })
      const settings = settingsOfLoader({ ...widget, config: widget.config as WebWidgetConfig }, origin, files.labels)
      const body = fill(files.loader, { __PARLEY_SETTINGS__: inlineJson(settings) })
      return { status: 200, headers: { ...script, 'cache-control': 'public, max-age=300' }, body }
    },
    async frame(id, request) {
      const widget = await find(id)
      const { own_origin } = request
      const is_preview = isPreview(widget, request)
      if (!widget || !(isOpen(widget) || is_preview)) return refusal(404, 'This chat is not available.')
      const place = is_preview ? placeOfPreview(request, consoleOrigin(own_origin)) : placeOf(widget.domains, request)
      return place ? showFrame(widget, place, own_origin) : refusal(403, 'This chat may not be used on this site.')
    },
    async captcha(id, own_origin) {
      const [widget, files] = await Promise.all([find(id), built()])
      return showCaptcha(widget, files, own_origin)
    },
    async sample(id, request) {
      const [widget, files] = await Promise.all([find(id), built()])
      if (!widget || !isPreview(widget, request)) return refusal(404, 'This preview has expired.')
      return showSample(widget, files, request, consoleOrigin(request.own_origin))
    },
    async demo(own_origin) {
      const [newest, files] = await Promise.all([core.database.query<Shown>(newestStatement, []), built()])
      if (!files?.demo) return notBuilt
      const shown = newest.find(({ domains }) => isOriginListed(domains, own_origin))
      const origin = widgetOrigin(core.config, { origin: own_origin })
      const address = shown ? `${origin}/public/embed/${shown.id}` : ''
      const hint = shown ? has_chat : newest.length > 0 && isOrigin(own_origin) ? hasOthers(own_origin) : has_none
      const headers = { ...html, 'cache-control': 'no-store', 'content-security-policy': policyOfDemo(origin) }
      return {
        status: 200,
        headers,
        body: fill(files.demo, { __PARLEY_LOADER__: address, __PARLEY_HINT__: hint }),
      }
    },
    asset: async (name) => (await built())?.assets.get(name) ?? null,
  }
}

function showSample(
  { id }: WidgetRecord,
  files: WidgetBuild | null,
  { own_origin, preview, destination }: FrameRequest,
  console_origin: string,
): Page {
  if (destination === 'document') return refusal(403, 'This page is shown in the console only.')
  if (!files?.sample) return notBuilt
  const { labels, open } = files
  const shown = { id, origin: own_origin, console_origin, open, labels, query: `&preview=${preview}` }
  const body = fill(files.sample, { __PARLEY_SAMPLE__: inlineJson(shown) })
  return { status: 200, headers: { ...headersOfSample(own_origin, console_origin), ...html }, body }
}

interface Place {
  /** Of the page; null: the frame is a page of its own. */
  origin: string | null
  is_preview: boolean
  ancestors: readonly string[]
}

/** Gate 2. Null: it may not be shown there. What the page claims of itself, `frame-ancestors` proves. */
function placeOf(domains: readonly string[], { parent_origin, destination }: FrameRequest): Place | null {
  if (domains.length === 0) {
    const origin = parent_origin !== undefined && isOrigin(parent_origin) ? parent_origin : null
    return { origin, is_preview: false, ancestors: ['*'] }
  }
  if (parent_origin === undefined || !isOriginListed(domains, parent_origin) || destination === 'document') return null
  return { origin: parent_origin, is_preview: false, ancestors: domains }
}

/** It stands on the sample page, which stands in the console. */
function placeOfPreview({ destination, own_origin }: FrameRequest, console_origin: string): Place | null {
  if (destination === 'document') return null
  return { origin: own_origin, is_preview: true, ancestors: [...new Set([console_origin, own_origin])] }
}

type Shown = Pick<WidgetRecord, 'id' | 'domains'>

const newestStatement = acrossOrganizations(
  'a page of a development server shows whatever there is',
  'find_newest_live_web_widgets',
  `select w.id, w.domains from web_widgets w join agents a on a.id = w.agent_id join agent_versions v on v.id = w.agent_version_id
   where w.deleted_at is null and w.published and v.published and a.active and a.deleted_at is null
   order by w.created_at desc limit 100`,
)

const has_chat =
  'The button in the corner opens a chat with the agent of the newest web widget that is live and may be shown here.'
const hasOthers = (own_origin: string) =>
  `There is no button, because a web widget is live, but its sites do not include this one, ${own_origin}: add it under Security, and reload.`
const has_none =
  'There is no button yet, because no web widget is live: create one under Web widgets in the console, publish it, and reload.'

const policyOfDemo = (origin: string) =>
  [
    "default-src 'none'",
    `script-src 'self' ${origin}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `frame-src 'self' ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/** Each place once; a value is never searched for further places. */
function fill(text: string, values: Record<string, string>): string {
  return text.replaceAll(/__PARLEY_[A-Z_]+?__/g, (place) => values[place] ?? place)
}

/** For a script or a data block of a page. */
function inlineJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[<\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** Whatever was asked for: only an id is repeated. */
const named = (id: string) => (/^[0-9a-f-]{36}$/i.test(id) ? id : 'of this address')

function warning(text: string): Page {
  const body = `console.warn(${inlineJson(`[Parley] ${text}`)})\n`
  return { status: 200, headers: { ...script, 'cache-control': 'no-store' }, body }
}

function refusal(status: number, text: string): Page {
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Chat</title><p>${text}</p></html>\n`
  return { status, headers: { ...headersOfRefusal, ...html }, body }
}

const notBuilt = refusal(503, 'The web widget has not been built on this server. Run npm run build.')
