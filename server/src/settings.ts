// All settings: those of the server, and those that rooms declare.
import { auditSettings } from './audit/settings.ts'
import { billingSettings } from './budgets/settings.ts'
import { blobSettings, blobStoreSettings } from './blobs/settings.ts'
import { type Config, readConfigWith, settingsWith } from './config/config.ts'
import type { SettingsGroup } from './config/reader.ts'
import { embeddingSettings } from './embeddings/settings.ts'
import { crawlSettings } from './knowledge/crawl/settings.ts'
import { knowledgeSettings } from './knowledge/settings.ts'
import { searchSettings } from './knowledge/search/settings.ts'
import { organizationSettings } from './organizations/settings.ts'
import { mcpSettings } from './mcp/settings.ts'
import { webWidgetSettings } from './web-widgets/settings.ts'
import { sandboxSettings } from './sandbox/settings.ts'
import { secretSettings } from './secrets/settings.ts'
import { workflowRunSettings } from './workflows/run/settings.ts'
import { workflowSettings } from './workflows/settings.ts'
import { triggerSettings } from './workflows/triggers/settings.ts'

const rooms: readonly SettingsGroup<unknown>[] = [
  blobSettings,
  blobStoreSettings,
  secretSettings,
  auditSettings,
  embeddingSettings,
  knowledgeSettings,
  searchSettings,
  crawlSettings,
  webWidgetSettings,
  organizationSettings,
  mcpSettings,
  sandboxSettings,
  workflowSettings,
  workflowRunSettings,
  triggerSettings,
  billingSettings,
]

/** In the order of the reference page. */
export const settings = settingsWith(rooms)

/** Throws a `ConfigError` that lists every invalid setting. */
export function readConfig(environment?: Record<string, string | undefined>): Config {
  return readConfigWith(rooms, environment)
}
