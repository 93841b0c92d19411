// The colors of the chat: those that are configured, with text that can be read on them, else the built-in ones.
import type { WebWidgetConfig } from '@parley/contract'
import { contrastOf, least_contrast, readColor, readableText } from '../../../contract/src/web-widgets/contrast.ts'

type Part = 'user_message' | 'controls_button' | 'agent_message' | 'surface' | 'header' | 'link'
type Mode = 'light_mode' | 'dark_mode'

const own: Record<Mode, Record<Part, readonly [string, string]>> = {
  light_mode: {
    surface: ['#ffffff', '#1c2529'],
    header: ['#ffffff', '#1c2529'],
    user_message: ['#17535b', '#ffffff'],
    agent_message: ['#f0f3f4', '#1c2529'],
    controls_button: ['#17535b', '#ffffff'],
    link: ['', '#0b5a66'],
  },
  dark_mode: {
    surface: ['#161b1e', '#eaeff0'],
    header: ['#161b1e', '#eaeff0'],
    user_message: ['#8ad4d8', '#0d2427'],
    agent_message: ['#242c30', '#eaeff0'],
    controls_button: ['#8ad4d8', '#0d2427'],
    link: ['', '#9be0e3'],
  },
}

/** Background and text of a part. */
export function pairOf(config: WebWidgetConfig, mode: Mode, part: Part): readonly [string, string] {
  const { background_color, text_color } = config.chat?.[mode]?.[part] ?? {}
  if (part === 'link') return ['', linkOn(config, mode, text_color)]
  const text = readableText(background_color, text_color)
  return text === null ? own[mode][part] : [background_color!, text]
}

/** Links stand in what the agent says; a color that cannot be read there is that of its text. */
function linkOn(config: WebWidgetConfig, mode: Mode, color: string | null | undefined): string {
  const [background, text] = pairOf(config, mode, 'agent_message')
  const behind = readColor(background)!
  const wished = readColor(color, behind) ? color! : own[mode].link[1]
  return contrastOf(behind, readColor(wished, behind)!) >= least_contrast ? wished : text
}

export function applyTheme(config: WebWidgetConfig, theme: string | undefined): void {
  const { style } = document.documentElement
  const wished = theme ?? config.theme ?? 'system'
  style.colorScheme = wished === 'light' || wished === 'dark' ? wished : 'light dark'
  for (const part of Object.keys(own.light_mode) as Part[]) {
    const [light, dark] = [pairOf(config, 'light_mode', part), pairOf(config, 'dark_mode', part)]
    if (light[0]) style.setProperty(`--${part}`, `light-dark(${light[0]},${dark[0]})`)
    style.setProperty(`--${part}-text`, `light-dark(${light[1]},${dark[1]})`)
  }
  const shape = config.chat?.avatar_shape ?? config.trigger?.shape
  style.setProperty('--avatar', shape === 'square' ? '8px' : '50%')
}
