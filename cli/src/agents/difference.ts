// The difference between an agent on the server and in a file, as a unified diff of the files of both. Pure.
import { createTwoFilesPatch } from 'diff'
import type { AgentDefinition } from './agent.ts'
import { type RenderedFile, renderAgent } from './agent-text.ts'
import { showControls } from '../client/terminal.ts'

/** Larger texts are not compared line by line, because that takes too long. */
const max_edit_length = 2000

/** Empty if nothing differs. */
export function describeDifference(current: AgentDefinition, wanted: AgentDefinition): string {
  // If the file does not manage versions, they cannot differ.
  const versions = wanted.config === null ? { config: null, instruction_builder_inputs: null } : {}
  const before = byName(renderAgent({ ...current, ...versions }, 'yaml'))
  const after = byName(renderAgent(wanted, 'yaml'))
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.map((name) => describeFile(`${wanted.key}/${name}`, before.get(name), after.get(name))).join('')
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
