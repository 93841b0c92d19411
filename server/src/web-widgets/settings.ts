// The settings of web widgets.
import type { Reader, SettingsGroup } from '../config/reader.ts'

export interface WidgetSettings {
  widgets: number
  config_bytes: number
  blocks: number
  /** Guests who are linked to one user. */
  guests_of_user: number
  updates_per_minute: number
  /** Where each provider checks what a visitor has solved. */
  captcha_urls: Record<'turnstile' | 'hcaptcha', string>
}

export const webWidgetSettings: SettingsGroup<WidgetSettings> = {
  settings: [
    {
      name: 'PARLEY_LIMIT_WEB_WIDGETS',
      default: '200',
      meaning: 'The most web widgets of an organization; a further one gets 409.',
    },
    {
      name: 'PARLEY_LIMIT_WEB_WIDGET_CONFIG_BYTES',
      default: '65536',
      meaning: 'Size in bytes of the configuration of a web widget, as JSON; a larger one gets 422.',
    },
    {
      name: 'PARLEY_LIMIT_WEB_WIDGET_BLOCKS',
      default: '1000',
      meaning: 'The most blocked visitors of a web widget; a further one gets 409.',
    },
    {
      name: 'PARLEY_LIMIT_WEB_WIDGET_GUESTS_OF_USER',
      default: '50',
      meaning:
        'The most browsers whose conversations as a guest belong to one user of a site; with a further one, the conversations of the first stay with its guest.',
    },
    {
      name: 'PARLEY_LIMIT_WEB_WIDGET_UPDATES_PER_MINUTE',
      default: '30',
      meaning:
        'How often in a minute the page of a visitor can change what it says about a conversation, over all nodes; further changes get 429.',
    },
    {
      name: 'PARLEY_TURNSTILE_URL',
      default: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
      meaning: 'Where Turnstile checks what a visitor of a web widget has solved.',
    },
    {
      name: 'PARLEY_HCAPTCHA_URL',
      default: 'https://api.hcaptcha.com/siteverify',
      meaning: 'The same of hCaptcha.',
    },
  ],
  read: (read) => ({
    widgets: read.integer('PARLEY_LIMIT_WEB_WIDGETS', 1, 100_000),
    config_bytes: read.integer('PARLEY_LIMIT_WEB_WIDGET_CONFIG_BYTES', 1024, 1_048_576),
    blocks: read.integer('PARLEY_LIMIT_WEB_WIDGET_BLOCKS', 1, 100_000),
    guests_of_user: read.integer('PARLEY_LIMIT_WEB_WIDGET_GUESTS_OF_USER', 1, 1000),
    updates_per_minute: read.integer('PARLEY_LIMIT_WEB_WIDGET_UPDATES_PER_MINUTE', 1, 10_000),
    captcha_urls: {
      turnstile: readAddress(read, 'PARLEY_TURNSTILE_URL'),
      hcaptcha: readAddress(read, 'PARLEY_HCAPTCHA_URL'),
    },
  }),
}

function readAddress(read: Reader, name: string): string {
  const fallback = webWidgetSettings.settings.find((setting) => setting.name === name)!.default
  return read.url(name, /^https?:\/\/[^/]/, fallback) ?? fallback
}
