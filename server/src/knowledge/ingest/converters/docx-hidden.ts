// Removes from a DOCX the text that its author has hidden: runs that are `vanish` by themselves, or by their style.
import { Parser } from 'htmlparser2'
import jszip from 'jszip'

/** `names`: of the parts that say `vanish`. */
export async function removeHiddenRuns(bytes: Buffer, names: readonly string[]): Promise<Buffer> {
  const archive = await jszip.loadAsync(bytes)
  const read = (name: string) => archive.file(name)?.async('string') ?? Promise.resolve('')
  const isHidden = readStyles(await read('word/styles.xml'))
  for (const name of names) archive.file(name, cutRuns(await read(name), isHidden))
  return archive.generateAsync({ type: 'nodebuffer' })
}

/** Null: it says nothing. */
type Vanish = boolean | null
type StyleVanish = (id: string | null) => Vanish

interface Style {
  vanish: Vanish
  based_on: string | null
}

/** Styles of styles of styles are enough. */
const max_ancestors = 20

function readStyles(xml: string): StyleVanish {
  const styles = new Map<string, Style>()
  let style: Style | null = null
  walk(xml, {
    open(name, attributes) {
      if (name === 'style') styles.set(attributes['styleId'] ?? '', (style = { vanish: null, based_on: null }))
      else if (style && name === 'vanish') style.vanish = isOn(attributes)
      else if (style && name === 'basedOn') style.based_on = attributes['val'] ?? null
    },
    close(name) {
      if (name === 'style') style = null
    },
  })
  return (id) => {
    let found = id === null ? undefined : styles.get(id)
    for (let n = 0; n < max_ancestors && found; n += 1) {
      if (found.vanish !== null) return found.vanish
      found = found.based_on === null ? undefined : styles.get(found.based_on)
    }
    return null
  }
}

interface Run {
  start: number
  vanish: Vanish
  style: string | null
}

/** The part without its hidden runs. */
function cutRuns(xml: string, isHidden: StyleVanish): string {
  const runs: Run[] = []
  const paragraphs: (string | null)[] = []
  const parents: string[] = []
  const hidden: { start: number; end: number }[] = []
  walk(xml, {
    open(name, attributes, start) {
      const parent = parents.at(-1)
      const run = runs.at(-1)
      if (name === 'r') runs.push({ start, vanish: null, style: null })
      else if (name === 'p') paragraphs.push(null)
      else if (name === 'pStyle' && parent === 'pPr') paragraphs[paragraphs.length - 1] = attributes['val'] ?? null
      else if (run && parent === 'rPr' && parents.at(-2) === 'r') {
        if (name === 'vanish') run.vanish = isOn(attributes)
        else if (name === 'rStyle') run.style = attributes['val'] ?? null
      }
      parents.push(name)
    },
    close(name, end) {
      parents.pop()
      if (name === 'p') paragraphs.pop()
      if (name !== 'r') return
      const { start, vanish, style } = runs.pop()!
      if (!(vanish ?? isHidden(style) ?? isHidden(paragraphs.at(-1) ?? null))) return
      // Runs can be within runs, as in text boxes.
      while (hidden.length > 0 && hidden.at(-1)!.start > start) hidden.pop()
      hidden.push({ start, end })
    },
  })
  const starts = [0, ...hidden.map(({ end }) => end)]
  return starts.map((start, at) => xml.slice(start, hidden[at]?.start)).join('')
}

const isOn = (attributes: Record<string, string>) => !['0', 'false', 'off'].includes(attributes['val'] ?? '')

interface Walker {
  open(name: string, attributes: Record<string, string>, start: number): void
  close(name: string, end: number): void
}

/** Names without their prefixes, which documents choose. */
function walk(xml: string, { open, close }: Walker): void {
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const own = Object.entries(attributes).map(([key, value]) => [localName(key), value] as const)
        open(localName(name), Object.fromEntries(own), parser.startIndex)
      },
      onclosetag: (name) => close(localName(name), parser.endIndex + 1),
    },
    { xmlMode: true },
  )
  parser.end(xml)
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1)
