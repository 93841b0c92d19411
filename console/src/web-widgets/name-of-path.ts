// What a place of a widget's configuration is called in the fields of its page. Pure.
import { coloredParts } from '@parley/contract'
import { appearanceTexts as words } from './section-texts.ts'
import { widgetTexts } from './texts.ts'
import type { Path } from './widget-draft.ts'

const names: Record<string, string> = {
  theme: words.theme,
  'chat.title': words.title,
  'chat.subtitle': words.subtitle,
  'chat.avatar_url': words.avatar,
  'trigger.icon_url': words.icon,
  'trigger.label': words.label,
}

export function nameOfPath(path: Path): string {
  const [, mode, part, key] = path
  const colored = coloredParts.find((one) => one === part)
  if (colored && (mode === 'light_mode' || mode === 'dark_mode')) {
    const name = widgetTexts.parts[colored]
    return `${key === 'text_color' ? words.text(name) : words.background(name)} (${words.modes[mode].toLowerCase()})`
  }
  return names[path.join('.')] ?? path.join('.')
}
