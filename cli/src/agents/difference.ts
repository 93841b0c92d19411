// The difference between a server's agent and a file's, as a person reads it: a unified diff of the files of both. Pure.
import { createTwoFilesPatch } from 'diff'
import type { AgentDefinition } from './agent.ts'
import { type RenderedFile, renderAgent } from './agent-text.ts'
import { showControls } from './terminal.ts'

/** More is not compared line by line, which would take long. */
const max_edit_length = 2000

/** Empty where there is none. */
export function describeDifference(current: AgentDefinition, wanted: AgentDefinition): string {
  // Where the file does not manage versions, they are no difference.
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
  return patch === undefined ? `${name} differs in more than can be shown\n` : showControls(patch)
}

const fileHeadersOnly = { includeIndex: false, includeUnderline: false, includeFileHeaders: true }
