// Asks the provider of a CAPTCHA whether a visitor has solved it. One request, through the guarded client.
import type { WebWidgetCaptcha } from '@parley/contract'
import { AppError } from '../base/errors.ts'
import { parseForeignJson } from '../base/read-json.ts'
import type { Core } from '../calls/core.ts'
import { readSecrets } from '../secrets/secrets.ts'
import type { Store } from '../database/store.ts'
import { webWidgetSettings } from './settings.ts'

/** Of a challenge of Turnstile, so that a token for another form of the site is not accepted. */
export const captcha_action = 'parley_start'

const timeout_ms = 5000
const max_answer_bytes = 65_536

export interface Captcha {
  /** Throws `captcha_required`, `captcha_failed` or `captcha_unavailable`. */
  check(store: Store, captcha: WebWidgetCaptcha, solved: Solved): Promise<void>
}

export interface Solved {
  token: string | null
  /** Where the challenge was shown. */
  host: string
  address: string
}

interface Verdict {
  success?: unknown
  hostname?: unknown
  action?: unknown
}

export function createCaptcha(core: Pick<Core, 'config' | 'outbound' | 'sealers' | 'log'>): Captcha {
  const { config, outbound, log } = core
  const { captcha_urls } = config.of(webWidgetSettings)

  async function ask(store: Store, { provider, site_key, secret_name }: WebWidgetCaptcha, { token, address }: Solved) {
    const secret = (await readSecrets(core, store, [secret_name])).get(secret_name)
    if (secret === undefined) {
      log.warn({ secret_name }, 'a web widget names a secret for its CAPTCHA that does not exist')
      throw new AppError('captcha_unavailable')
    }
    const form = new URLSearchParams({ secret, response: token!, remoteip: address, sitekey: site_key })
    try {
      const { status, body } = await outbound.request({
        owner: store.organization_id,
        method: 'POST',
        url: captcha_urls[provider],
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
        timeout_ms,
        max_body_bytes: max_answer_bytes,
        keeps_redirects: true,
      })
      const verdict = status === 200 ? (parseForeignJson(body.toString('utf8')) as Verdict | null) : null
      if (typeof verdict?.success === 'boolean') return verdict
      log.warn({ provider, status }, 'the provider of a CAPTCHA answered with something else')
    } catch (error) {
      log.warn({ err: error, provider }, 'the provider of a CAPTCHA could not be asked')
    }
    throw new AppError('captcha_unavailable')
  }

  return {
    async check(store, captcha, solved) {
      if (!solved.token) throw new AppError('captcha_required')
      const { success, hostname, action } = await ask(store, captcha, solved)
      const isOurs = captcha.provider !== 'turnstile' || action === captcha_action
      if (success !== true || hostname !== solved.host || !isOurs) throw new AppError('captcha_failed')
    },
  }
}
