// The difference between a server's agent and a file's, as a person reads it: a unified diff of the files of both. Pure.
import { createTwoFilesPatch } from 'diff'
import type { AgentDefinition } from './agent.ts'
import { type RenderedFile, renderAgent } from './agent-text.ts'

/** More is not compared line by line, which would take minutes. */
const max_edit_length = 4000

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

/** Texts of others must not steer the terminal. */
function showControls(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
