import { describe, expect, test, vi } from 'vitest'
import { publishedExamples, specifiedExample } from '../../../test/workflows/fixtures/published-examples.ts'
import { buildGraph } from './build-graph.ts'
import { type CheckExpression, judgeDefinition } from './judge-definition.ts'
import { resolveDefinition } from './resolve-definition.ts'

const checks = { checkExpression: () => [], checkCode: () => [] }

describe('what AnyReach publishes is accepted as it is', () => {
  test.each(publishedExamples)('$title', ({ definition: sent }) => {
    const { definition, problems, obstacles, warnings } = judgeDefinition(sent, checks)
    expect({ problems, obstacles }).toEqual({ problems: [], obstacles: [] })
    expect(warnings.filter((warning) => !warning.includes('ends its path'))).toEqual([])
    expect(judgeDefinition(definition, checks)).toEqual({ definition, problems, obstacles, warnings })
    expect(buildGraph(resolveDefinition(definition!), () => false).steps.size).toBe(definition!.nodes.length)
  })

  test('every expression of it is checked', () => {
    const checkExpression = vi.fn<CheckExpression>(() => [])
    for (const { definition } of publishedExamples) judgeDefinition(definition, { ...checks, checkExpression })
    const written = JSON.stringify(publishedExamples).match(/\{\{|\$\{/g)!
    const checked = checkExpression.mock.calls.flatMap(([text]) => text.match(/\{\{|\$\{/g) ?? [])
    expect(checked).toHaveLength(written.length)
  })
})

test('the example of the specification is in the one form', () => {
  const { definition, problems, warnings } = judgeDefinition(specifiedExample, checks)
  expect(problems).toEqual([])
  expect(warnings).toEqual([])
  const last = { id: 'n3', next: {} }
  expect(definition).toMatchObject({ ...specifiedExample, nodes: [{}, {}, {}, last, { id: 'n4', next: {} }] })
})
