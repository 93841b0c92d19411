// The headings above a place in a text. Pure.
import type { Block } from './read-blocks.ts'

/** The headings that a place in the text is below. */
export class HeadingPath {
  #above: { depth: number; title: string }[] = []

  pass(block: Block): void {
    if (block.kind !== 'heading') return
    this.#above = this.#above.filter(({ depth }) => depth < block.depth)
    if (block.title !== '') this.#above.push({ depth: block.depth, title: block.title })
  }

  get titles(): string[] {
    return this.#above.map(({ title }) => title)
  }
}
