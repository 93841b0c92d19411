// The two colors that a part of the widget is drawn with, whatever is configured, and their contrast. Pure.
import { type ColoredPart, contrastOf, least_contrast, readColor, readableText } from '@parley/contract'
import { pairOf } from '@parley/widget/theme.ts'
import { valueAt } from '../widget-draft.ts'

export type Mode = 'light_mode' | 'dark_mode'

export interface DrawnPair {
  background: string
  text: string
  /** From 1 to 21, of what is drawn. */
  contrast: number
  /** What the configured pair has, if it is so low that another text is drawn. */
  refused: number | null
}

const launcher: Record<Mode, readonly [string, string]> = {
  light_mode: ['#17535b', '#ffffff'],
  dark_mode: ['#8ad4d8', '#0d2427'],
}

type Config = Record<string, unknown>

const configured = (config: Config, mode: Mode, part: ColoredPart, key: string) => {
  const value = valueAt(config, ['chat', mode, part, key])
  return typeof value === 'string' ? value : null
}

function pairDrawn(config: Config, mode: Mode, part: ColoredPart): readonly [string, string] {
  if (part === 'launcher') {
    const background = configured(config, mode, part, 'background_color')
    const text = readableText(background, configured(config, mode, part, 'text_color'))
    return text === null ? launcher[mode] : [background!, text]
  }
  const [background, text] = pairOf(config, mode, part)
  // Links stand in what the agent says.
  return part === 'link' ? [pairOf(config, mode, 'agent_message')[0], text] : [background, text]
}

export function drawnPair(config: Config, mode: Mode, part: ColoredPart): DrawnPair {
  const [background, text] = pairDrawn(config, mode, part)
  return {
    background,
    text,
    contrast: contrast(background, text) ?? 1,
    refused: refusedContrast(config, mode, part, background),
  }
}

function refusedContrast(config: Config, mode: Mode, part: ColoredPart, drawn: string): number | null {
  const wished = configured(config, mode, part, 'text_color')
  const behind = part === 'link' ? drawn : configured(config, mode, part, 'background_color')
  const found = behind === null || wished === null ? null : contrast(behind, wished)
  return found !== null && found < least_contrast ? found : null
}

function contrast(behind: string, front: string): number | null {
  const background = readColor(behind)
  const text = background && readColor(front, background)
  return background && text ? contrastOf(background, text) : null
}
