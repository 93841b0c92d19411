// Colors of a brand: how they are written, what they are called, and which are strongest in a picture. Pure.

export interface BrandColor {
  hex: string
  name: string
}

type Rgb = readonly [number, number, number]

const names: Record<string, Rgb> = {
  Black: [0, 0, 0],
  Gray: [128, 128, 128],
  Silver: [192, 192, 192],
  White: [255, 255, 255],
  Red: [230, 30, 40],
  Maroon: [128, 0, 0],
  Orange: [255, 140, 0],
  Brown: [139, 90, 43],
  Yellow: [250, 220, 40],
  Olive: [128, 128, 0],
  Lime: [120, 220, 40],
  Green: [20, 140, 60],
  Teal: [0, 128, 128],
  Turquoise: [60, 210, 200],
  'Sky blue': [100, 180, 240],
  Blue: [30, 90, 230],
  Navy: [10, 20, 90],
  Purple: [110, 50, 180],
  Violet: [170, 110, 240],
  Magenta: [220, 30, 160],
  Pink: [250, 160, 190],
}

/** `#rrggbb` of a color as style sheets write it: hexadecimal, `rgb()`, or black and white by name. Null for everything else. */
export function readColor(text: string): string | null {
  const color = text.trim().toLowerCase()
  if (color === 'white') return '#ffffff'
  if (color === 'black') return '#000000'
  const [, short] = /^#([0-9a-f]{3})[0-9a-f]?$/.exec(color) ?? []
  if (short) return `#${[...short].map((digit) => digit + digit).join('')}`
  const [, long] = /^#([0-9a-f]{6})(?:[0-9a-f]{2})?$/.exec(color) ?? []
  if (long) return `#${long}`
  const [, red, green, blue] = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\b[^)]{0,40}\)$/.exec(color) ?? []
  if (red === undefined) return null
  return toHex([red, green!, blue!].map((part) => Math.min(255, Number(part))) as unknown as Rgb)
}

function toHex(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`
}

function toRgb(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb
}

/** By the nearest color that has a common name. */
export function nameColor(hex: string): BrandColor {
  const rgb = toRgb(hex)
  const distance = (other: Rgb) => rgb.reduce((sum, part, index) => sum + (part - other[index]!) ** 2, 0)
  const [name] = Object.entries(names).reduce((best, one) => (distance(one[1]) < distance(best[1]) ? one : best))
  return { hex, name }
}

const saturation = (rgb: Rgb) => (Math.max(...rgb) - Math.min(...rgb)) / 255

/** Whether it distinguishes a brand: neither nearly white, black nor gray. */
export function isDistinct(hex: string): boolean {
  return saturation(toRgb(hex)) > 0.15
}

const half = 128
/** Each of 4096 cells has the colors that share their four highest bits. */
const cell_bits = 4

/** The colors that are most noticed in a picture of red, green, blue and opacity: much of it, and not gray. */
export function strongestColors(pixels: Uint8Array, most: number): string[] {
  const cells = new Map<number, { count: number; sums: [number, number, number] }>()
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    if (pixels[at + 3]! < half) continue
    const rgb = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!] as const
    const key = rgb.reduce((number, part) => (number << cell_bits) | (part >> (8 - cell_bits)), 0)
    const cell = cells.get(key) ?? { count: 0, sums: [0, 0, 0] }
    cells.set(key, cell)
    cell.count += 1
    for (const index of [0, 1, 2] as const) cell.sums[index] += rgb[index]
  }
  const means = [...cells.values()].map(({ count, sums }) => {
    const mean = sums.map((sum) => sum / count) as unknown as Rgb
    return { hex: toHex(mean), weight: count * (0.02 + saturation(mean)) }
  })
  return means
    .sort((a, b) => b.weight - a.weight)
    .slice(0, most)
    .map(({ hex }) => hex)
}
