// A condition tries its branches in order; the first that is true is the way out.
import type { ReadExpression } from '../../../sandbox/rules/expression.ts'
import { isTrue, readDecision, textOfPrompt } from '../../../sandbox/rules/fill.ts'
import { scopeOf } from '../../../sandbox/rules/names.ts'
import { evaluatePlain } from '../../../sandbox/rules/plain.ts'
import { type Part, expressionsOf } from '../../../sandbox/rules/template.ts'
import type { StepConfigs } from '../../rules/resolve-definition.ts'
import { StepFailure } from '../failure.ts'
import { askModels, evaluateInPrompt, expressionFailure, orBusy } from '../fill.ts'
import type { RunStep, VisitRun } from '../visit-run.ts'

type Prompt = Extract<Part, { kind: 'prompt' }>

interface Branch<Condition> {
  name: string
  path: string
  condition: Condition
}

export const runCondition: RunStep<'condition'> = async (config, run) => {
  const branches = readBranches(config, run)
  for (let at = 0; at < branches.length;) {
    const { condition, ...place } = branches[at]!
    if ('kind' in condition) {
      if (await isAnswered(run, { ...place, condition })) return { output: place.name, branch: place.name }
      at += 1
      continue
    }
    const together = expressionsFrom(branches, at)
    const found = await findTrue(run, together)
    if (found !== null) return { output: found.name, branch: found.name }
    at += together.length
  }
  return { output: null, branch: null }
}

function readBranches({ conditions }: StepConfigs['condition'], run: VisitRun): Branch<ReadExpression | Prompt>[] {
  return conditions.map(({ name, condition }, index) => {
    const path = `conditions.${index}.condition`
    const { read, fault } = run.attempt.plan.readCondition(condition)
    if (fault !== null) throw new StepFailure('expression_failed', `${path}: ${fault.message}`)
    const whole = read.whole!
    return { name, path, condition: whole.kind === 'prompt' ? whole : whole.expression }
  })
}

/** Up to the next prompt. */
function expressionsFrom(branches: Branch<ReadExpression | Prompt>[], from: number): Branch<ReadExpression>[] {
  const end = branches.findIndex(({ condition }, at) => at > from && 'kind' in condition)
  return branches.slice(from, end < 0 ? undefined : end) as Branch<ReadExpression>[]
}

/** In the server as long as they are plain; one process evaluates the rest, up to the first that is true or fails. */
async function findTrue(
  run: VisitRun,
  branches: Branch<ReadExpression>[],
): Promise<Pick<Branch<unknown>, 'name'> | null> {
  const { attempt, services, names, fuel, time } = run
  const scope = scopeOf(names)
  for (const [at, branch] of branches.entries()) {
    const plain = evaluatePlain(branch.condition, scope, fuel, services.limits.output_bytes)
    if (plain === null) {
      const rest = branches.slice(at)
      const outcomes = await orBusy(attempt.signal, () =>
        services.sandbox.evaluate({
          ...{ owner: attempt.execution.organization_id, names, at_ms: attempt.visit.started_at, time },
          ...{ signal: attempt.signal, isLast: ({ value, fault }) => fault !== null || isTrue(value) },
          expressions: rest.map(({ path, condition }) => ({ text: condition.text, seed: `${attempt.key} ${path}` })),
        }),
      )
      const { value, fault } = outcomes.at(-1)!
      const last = rest[outcomes.length - 1]!
      if (fault !== null) throw expressionFailure(last.path, fault)
      return isTrue(value) ? last : null
    }
    if (isTrue(plain.value)) return branch
  }
  return null
}

async function isAnswered(run: VisitRun, { path, condition }: Branch<Prompt>): Promise<boolean> {
  const values = await evaluateInPrompt(run, path, expressionsOf(condition))
  const [answer] = await askModels(run, [{ path, text: textOfPrompt(condition, values) }], true)
  const decision = readDecision(answer!)
  if (decision === null) {
    run.notes.push(`${path}: The model answered neither yes nor no, so the condition does not hold.`)
  }
  return decision ?? false
}
