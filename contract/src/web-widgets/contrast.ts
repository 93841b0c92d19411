// Contrast by WCAG 2.2, and which text is drawn on a configured background. Pure; it imports nothing, so that server, console and
// widget judge alike.

export const least_contrast = 4.5

type Rgb = readonly [number, number, number]

/** Null if it is not `#rgb`, `#rrggbb` or `#rrggbbaa`. What is behind a transparent color is `behind`. */
export function readColor(text: string | null | undefined, behind: Rgb = [255, 255, 255]): Rgb | null {
  const found = /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text ?? '')
  if (!found) return null
  const digits = found[1]!.length === 3 ? found[1]!.replace(/./g, '$&$&') : found[1]!
  const part = (at: number) => parseInt(digits.slice(at, at + 2), 16)
  const alpha = digits.length === 8 ? part(6) / 255 : 1
  const mix = (at: number) => Math.round(part(at * 2) * alpha + behind[at]! * (1 - alpha))
  return [mix(0), mix(1), mix(2)]
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

/** 1 to 21. */
export function contrastOf(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (high! + 0.05) / (low! + 0.05)
}

const black: Rgb = [0, 0, 0]
const white: Rgb = [255, 255, 255]

/**
 * The text color for a background: the configured one if it can be read, else black or white, whichever contrasts more. Null if the
 * background is not a color, so that the built-in pair is used.
 */
export function readableText(background: string | null | undefined, text: string | null | undefined): string | null {
  const behind = readColor(background)
  if (!behind) return null
  const front = readColor(text, behind)
  if (front && contrastOf(behind, front) >= least_contrast) return text!
  return contrastOf(behind, black) >= contrastOf(behind, white) ? '#000000' : '#ffffff'
}
