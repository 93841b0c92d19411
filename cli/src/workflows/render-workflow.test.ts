import { WorkflowDefinition } from '@parley/contract/workflow-definition'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { arbitraryOf } from '../../test/schema-arbitrary.ts'
import { Reference, mapReferences } from '../files/references.ts'
import { type RenderedFile, parseText, textOfFile } from '../files/text.ts'
import { isSameJson } from '../files/values.ts'
import { normalize } from './normalize.ts'
import { renderWorkflow } from './render-workflow.ts'
import type { WorkflowFile } from './workflow.ts'

type Json = Record<string, unknown>

const workflowOf = (definition: Json | null): WorkflowFile => ({
  ...{ key: 'a', name: 'A', description: null, metadata: {} },
  definition,
})

/** Reads as the folder does, from memory instead of files. */
function readBack(rendered: readonly RenderedFile[], format: 'yaml' | 'json' = 'yaml'): WorkflowFile {
  const files = new Map(rendered.map(({ name, text }) => [name, text]))
  const parsed = parseText(files.get(`workflow.${format}`)!, format, ['agent', 'workflow'])
  if ('faults' in parsed) throw new Error(parsed.faults.join())
  const fill = (reference: Reference) => (reference.to === 'file' ? textOfFile(files.get(reference.name)!) : reference)
  return { ...workflowOf(null), ...(mapReferences(parsed.value, fill) as object) }
}

const formOf = ({ definition }: WorkflowFile) => normalize(definition!)

const nameOf = ({ name }: RenderedFile) => name

describe('a workflow as files', () => {
  test.each(['yaml', 'json'] as const)('%s: any definition is the same after it is written and read', (format) => {
    fc.assert(
      fc.property(arbitraryOf(WorkflowDefinition), (definition) => {
        const rendered = renderWorkflow(workflowOf(definition as Json), format)
        const names = rendered.map(({ name }) => name.toLowerCase())
        expect(new Set(names).size).toBe(names.length)
        for (const name of names) expect(name).toMatch(/^[a-z0-9_.-]+\.(js|txt|yaml|json)$/)
        expect(isSameJson(formOf(readBack(rendered, format)), normalize(definition as Json))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('is in the one form, with code and long texts beside it, and keys in the order of the schema', () => {
    const prompt = `\${ Write a reply.\n${'Be kind. '.repeat(50)}}`
    const workflow = {
      ...workflowOf({
        settings: { keep: 'none', timeout_seconds: 60 },
        steps: {
          trigger: { type: 'start', next: 'Score' },
          Score: { type: 'code', next: { default: 'score' }, config: { code: 'function run(ctx) {\n  return 1\n}' } },
          score: { type: 'code', name: 'Again', next: ['tell'], config: { timeout_ms: 5, code: 'function run() {}' } },
          tell: {
            type: 'http_api',
            parameters: { body: { texts: [prompt, 'short'] }, url: 'https://example.com', method: 'post' },
          },
        },
      }),
      description: 'Two\nlines',
      metadata: { team: 'desk' },
    }
    expect(renderWorkflow(workflow, 'yaml')).toEqual([
      { name: 'Score.js', text: 'function run(ctx) {\n  return 1\n}\n' },
      { name: 'score-2.js', text: 'function run() {}\n' },
      { name: 'tell.body.texts.0.txt', text: `${prompt}\n` },
      {
        name: 'workflow.yaml',
        text: `key: a
name: A
description: |-
  Two
  lines
metadata:
  team: desk
definition:
  schema_version: 1
  settings:
    timeout_seconds: 60
    keep: none
  nodes:
    - id: trigger
      type: trigger
      config:
        type: manual
      next:
        default: Score
    - id: Score
      type: code
      config:
        code: !file Score.js
      next:
        default: score
    - id: score
      type: code
      name: Again
      config:
        code: !file score-2.js
        timeout_ms: 5
      next:
        default: tell
    - id: tell
      type: http
      config:
        method: POST
        url: https://example.com
        body:
          texts:
            - !file tell.body.texts.0.txt
            - short
`,
      },
    ])
  })

  it('keeps references to agents and workflows, and texts that no file can hold', () => {
    const config = { type: 'post_call', agent_ids: [new Reference('agent', 'desk')] }
    const code = 'function run() {}\r\n'
    const nodes = [
      { id: 'a', type: 'trigger', config, next: { default: 'b' } },
      { id: 'b', type: 'code', config: { code }, next: {} },
    ]
    const rendered = renderWorkflow(workflowOf({ schema_version: 1, nodes }), 'yaml')
    expect(rendered.map(nameOf)).toEqual(['workflow.yaml'])
    expect(rendered[0]!.text).toContain('        agent_ids:\n          - !agent desk\n')
    expect(formOf(readBack(rendered))).toEqual({ schema_version: 1, nodes })
  })

  it('gives every text a name of its own, whatever the keys are', () => {
    const long = 'x'.repeat(500)
    const keys = ['a/b', 'a?b', '../..', 'A-B', 'k'.repeat(300), `${'k'.repeat(300)}2`]
    const config = {
      url: 'https://example.com',
      method: 'POST',
      body: Object.fromEntries(keys.map((key) => [key, long])),
    }
    const rendered = renderWorkflow(workflowOf({ nodes: [{ id: 'n', type: 'http', config }] }), 'yaml')
    const names = rendered.map(nameOf)
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(keys.length + 1)
    for (const name of names) expect(name).toMatch(/^[\w-]+(\.[\w-]+)*\.(txt|yaml)$/)
    expect(readBack(rendered).definition).toMatchObject({ nodes: [{ config }] })
  })

  it('that is no graph stays as it is', () => {
    for (const definition of [{ nodes: 'none' }, { nodes: [null, { id: 1 }, { id: 'x', config: 'y' }] }]) {
      expect(formOf(readBack(renderWorkflow(workflowOf(definition), 'yaml')))).toEqual(normalize(definition))
    }
  })
})
