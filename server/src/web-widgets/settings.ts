// The settings of web widgets.
import type { SettingsGroup } from '../config/reader.ts'

export interface WidgetSettings {
  widgets: number
  config_bytes: number
  blocks: number
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
  ],
  read: (read) => ({
    widgets: read.integer('PARLEY_LIMIT_WEB_WIDGETS', 1, 100_000),
    config_bytes: read.integer('PARLEY_LIMIT_WEB_WIDGET_CONFIG_BYTES', 1024, 1_048_576),
    blocks: read.integer('PARLEY_LIMIT_WEB_WIDGET_BLOCKS', 1, 100_000),
  }),
}
