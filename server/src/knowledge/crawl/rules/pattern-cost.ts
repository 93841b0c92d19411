// What it costs to compile a pattern, estimated from its text: the library takes minutes for some of a few hundred characters. Pure.

const token =
  /\\[pPx]\{[^}]*\}|\\[^]|\[\^?\]?(?:\\[^]|\[:\^?\w+:\]|[^\]\\])*\]|\{(?<least>\d{1,4})(?:,(?<most>\d{0,4}))?\}|[^]/gu
const classes = /\\[dDsSwWpP]|\[:/g
const range = /(?:\\x\{(?<from>[\da-f]+)\}|(?<first>[^]))-(?:\\x\{(?<to>[\da-f]+)\}|(?<last>[^]))/giu

/** In steps, of which the library does a thousand in less than a millisecond. */
const steps_of_class = 50
/** In patterns that ignore case it looks at each character of a range. */
const characters_of_step = 33
/** RE2 allows no more within each other. */
const most_repetitions = 1000

/** Of a pattern that is repeated more often than RE2 allows: its characters, for nothing is compiled. */
export function estimateCost(text: string): number {
  const size = text.includes('\\Q') ? text.length * most_repetitions : sizeOf(text)
  if (size === null) return text.length
  const weight = (text.match(classes)?.length ?? 0) * steps_of_class
  if (!/\(\?\w*i/.test(text)) return size + weight
  const characters = [...text.matchAll(range)].reduce((sum, { groups }) => sum + widthOf(groups!), 0)
  return size + weight + Math.ceil(characters / characters_of_step)
}

function widthOf({ from, first, to, last }: Record<string, string | undefined>): number {
  const lowest = from === undefined ? first!.codePointAt(0)! : Number.parseInt(from, 16)
  const highest = to === undefined ? last!.codePointAt(0)! : Number.parseInt(to, 16)
  return Math.max(0, highest - lowest)
}

interface Part {
  size: number
  repetitions: number
}

/** With its repetitions written out. Null: they are too many. */
function sizeOf(text: string): number | null {
  const begin = (): Part => ({ size: 0, repetitions: 1 })
  const outer: Part[] = []
  let group = begin()
  let last = begin()
  const add = (part: Part) => {
    last = part
    group.size += part.size
    group.repetitions = Math.max(group.repetitions, part.repetitions)
  }
  for (const { 0: part, groups } of text.matchAll(token)) {
    const times = Math.max(1, Number(groups!['most'] || (groups!['least'] ?? 1)))
    if (part === '(') {
      outer.push(group)
      group = begin()
    } else if (part === ')' && outer.length > 0) {
      const inner = { ...group, size: group.size + 1 }
      group = outer.pop()!
      add(inner)
    } else if (groups!['least'] === undefined) {
      add({ size: 1, repetitions: 1 })
    } else {
      if (last.repetitions * times > most_repetitions) return null
      group.size -= last.size
      add({ size: last.size * times, repetitions: last.repetitions * times })
    }
  }
  return outer.reduce((sum, { size }) => sum + size, group.size)
}
