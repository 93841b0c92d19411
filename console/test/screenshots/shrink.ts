// Makes a picture small: of the colours of a page, most of which are at the edges of letters, 256 are as good as all.
import { decode, encode } from 'fast-png'

const colours_at_most = 256

export function shrinkPicture(png: Uint8Array): Uint8Array {
  const { width, height, data, channels } = decode(png)
  const pixels = Array.from({ length: width * height }, (_none, index) => {
    const at = index * channels
    return (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!
  })
  const counts = new Map<number, number>()
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const { palette, places } = choosePalette(counts)
  const indexed = Uint8Array.from(pixels, (colour) => places.get(colour)!)
  return encode({ width, height, data: indexed, depth: 8, channels: 1, palette }, { zlib: { level: 9 } })
}

/** One after the other, the colour that would be missed most: how far it is from those that are there, as often as it occurs. */
function choosePalette(counts: ReadonlyMap<number, number>) {
  const colours = [...counts].map(([colour, count]) => ({ colour, count, distance: Number.MAX_VALUE, place: 0 }))
  const palette: number[][] = []
  while (palette.length < Math.min(colours_at_most, colours.length)) {
    const next = colours.reduce((most, one) => (one.count * one.distance > most.count * most.distance ? one : most))
    for (const one of colours) {
      const distance = distanceOf(one.colour, next.colour)
      if (distance < one.distance) Object.assign(one, { distance, place: palette.length })
    }
    palette.push(partsOf(next.colour))
  }
  return { palette, places: new Map(colours.map(({ colour, place }) => [colour, place])) }
}

const partsOf = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255]

function distanceOf(one: number, other: number): number {
  const parts = partsOf(other)
  return partsOf(one).reduce((sum, part, index) => sum + (part - parts[index]!) ** 2, 0)
}
