// What a browser may do with the frame, and which pages may show it (gate 2). Pure.
import type { WebWidgetConfig } from '@parley/contract'

const every_page = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'cross-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

export interface FramePlace {
  /** Where the frame is served. */
  own_origin: string
  /** The pages that may show it: sources of a policy. */
  ancestors: readonly string[]
}

export function headersOfFrame(
  config: WebWidgetConfig,
  has_captcha: boolean,
  { own_origin, ancestors }: FramePlace,
): Record<string, string> {
  const files = `${own_origin}/public/widget/`
  const pictures = sourcesOfPictures(config)
  const policy = [
    "default-src 'none'",
    `script-src ${files}`,
    `style-src ${files}`,
    "connect-src 'self'",
    ...(pictures.length > 0 ? [`img-src ${pictures.join(' ')}`] : []),
    // The challenge of a CAPTCHA is a document of its own, whose provider cannot be loaded under the policy of this one.
    ...(has_captcha ? ["frame-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    `frame-ancestors ${ancestors.join(' ')}`,
  ]
  return {
    ...every_page,
    'content-security-policy': policy.join('; '),
    ...(has_captcha ? {} : { 'cross-origin-embedder-policy': 'credentialless' }),
  }
}

const providers = {
  turnstile: 'https://challenges.cloudflare.com',
  hcaptcha: 'https://hcaptcha.com https://*.hcaptcha.com',
} as const

/** Of the document in the frame that shows a challenge. */
export function headersOfCaptcha(
  provider: keyof typeof providers,
  { own_origin, ancestors }: FramePlace,
): Record<string, string> {
  const sources = providers[provider]
  const policy = [
    "default-src 'none'",
    `script-src ${own_origin}/public/widget/ ${sources}`,
    `style-src ${own_origin}/public/widget/ 'unsafe-inline' ${sources}`,
    `frame-src ${sources}`,
    `connect-src ${sources}`,
    "base-uri 'none'",
    "form-action 'none'",
    // Browsers ask this of every document above: of the frame, and of the site that shows it.
    `frame-ancestors 'self' ${ancestors.join(' ')}`,
  ]
  // The provider must see which host shows its challenge.
  return { ...every_page, 'referrer-policy': 'strict-origin', 'content-security-policy': policy.join('; ') }
}

/** Of the website in the console's preview, which shows pictures from anywhere in its launcher. */
export function headersOfSample(own_origin: string, console_origin: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src ${own_origin}/public/widget/`,
    'img-src https:',
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${console_origin}`,
  ]
  return { ...every_page, 'content-security-policy': policy.join('; ') }
}

/** For a page that nobody may show. */
export const headersOfRefusal = {
  ...every_page,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** Texts of people and models never load pictures; only these do. */
function sourcesOfPictures({ chat, trigger, image_hosts }: WebWidgetConfig): string[] {
  const hosts = image_hosts ?? []
  if (hosts.includes('*')) return ['https:']
  const own = [chat?.avatar_url, trigger?.icon_url].flatMap((url) => (url ? sourceOf(url) : []))
  return [...new Set([...own, ...hosts.filter((host) => isHost.test(host)).map((host) => `https://${host}`)])]
}

const isHost = /^(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/i

/** Without what has a meaning in a policy. */
function sourceOf(text: string): string[] {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:') return []
  return [`${url.origin}${url.pathname}`.replaceAll(';', '%3B').replaceAll(',', '%2C').replaceAll("'", '%27')]
}
