// The difference between what is on the server and in a file, as a unified diff of the files of both. Pure.
import { createTwoFilesPatch } from 'diff'
import { showControls } from '../client/terminal.ts'
import type { RenderedFile } from './text.ts'

/** Larger texts are not compared line by line, because that takes too long. */
const max_edit_length = 2000

/** Empty if nothing differs. `folder` is shown before the names of files. */
export function describeDifference(
  folder: string,
  current: readonly RenderedFile[],
  wanted: readonly RenderedFile[],
): string {
  const [before, after] = [byName(current), byName(wanted)]
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.map((name) => describeFile(`${folder}/${name}`, before.get(name), after.get(name))).join('')
}

function byName(files: readonly RenderedFile[]): Map<string, string> {
  return new Map(files.map(({ name, text }) => [name, text]))
}

function describeFile(name: string, before = '', after = ''): string {
  if (before === after) return ''
  const options = { context: 3, maxEditLength: max_edit_length, headerOptions: fileHeadersOnly }
  const patch = createTwoFilesPatch(`server/${name}`, `folder/${name}`, before, after, undefined, undefined, options)
  return patch === undefined ? `${name} has too many differences to show\n` : showControls(patch)
}

const fileHeadersOnly = { includeIndex: false, includeUnderline: false, includeFileHeaders: true }
