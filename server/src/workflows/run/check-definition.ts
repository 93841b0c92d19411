// Judges a definition with its expressions and its code, which the sandbox reads as it will when they run.
import { ShareExhausted } from '../../base/fair-share.ts'
import { AppError } from '../../base/errors.ts'
import { type Part, type Template, expressionsOf, readCondition, readTemplate } from '../../sandbox/rules/template.ts'
import type { Read } from '../../sandbox/rules/expression.ts'
import type { Sandbox, SandboxFault } from '../../sandbox/sandbox.ts'
import { type DefinitionChecks, type DefinitionVerdict, judgeDefinition } from '../rules/judge-definition.ts'
import type { ExpressionPlace } from '../rules/listed-expressions.ts'
import type { Problem } from '../rules/problems.ts'

interface SandboxText {
  language: 'jsonata' | 'javascript'
  text: string
}

const keyOf = ({ language, text }: SandboxText) => `${language} ${text}`

/** `prefix`: the field of the request that has the definition. Throws `unavailable` if the sandbox has no place for too long. */
export async function checkDefinition(
  sandbox: Sandbox,
  value: unknown,
  { organization_id, signal, prefix = 'definition' }: { organization_id: string; signal: AbortSignal; prefix?: string },
): Promise<DefinitionVerdict> {
  const texts = new Map<string, SandboxText>()
  const verdict = judgeDefinition(
    value,
    checksOf((each) => void texts.set(keyOf(each), each)),
    prefix,
  )
  const found = await findFaults(sandbox, [...texts.values()], organization_id, signal)
  if (found.size === 0) return verdict
  return judgeDefinition(
    value,
    checksOf((each) => found.get(keyOf(each))),
    prefix,
  )
}

async function findFaults(
  sandbox: Sandbox,
  texts: readonly SandboxText[],
  owner: string,
  signal: AbortSignal,
): Promise<Map<string, SandboxFault>> {
  if (texts.length === 0) return new Map()
  try {
    const faults = await sandbox.check({ owner, texts, signal })
    return new Map(texts.flatMap((each, at) => (faults[at] ? [[keyOf(each), faults[at]] as const] : [])))
  } catch (error) {
    if (error instanceof ShareExhausted) throw new AppError('unavailable')
    throw error
  }
}

/** `faultOf`: what the sandbox says of a text, if it has been asked. */
function checksOf(faultOf: (text: SandboxText) => SandboxFault | void): DefinitionChecks {
  return {
    checkExpression(text, place) {
      const { read, fault } = place.form === 'whole' ? readCondition(text) : (readTemplate(text) as Read<Template>)
      const refused = fault?.message ?? refusalOf(read!, place)
      if (refused !== null) return [problem(place.path, 'expression', refused)]
      const faults = expressionsOf(read!).flatMap((expression) => {
        return faultOf({ language: 'jsonata', text: expression.text }) ?? []
      })
      return faults.slice(0, 1).map(({ message }) => problem(place.path, 'expression', message))
    },
    checkCode(text, { path }) {
      const fault = faultOf({ language: 'javascript', text })
      return fault ? [problem(path, 'code', fault.message)] : []
    },
  }
}

const problem = (path: string, code: Problem['code'], message: string): Problem => ({ path, code, message })

/** What is sound in itself, but not allowed where it stands. */
function refusalOf({ parts }: Template, { secrets, prompts }: ExpressionPlace): string | null {
  const found = parts.filter((part): part is Exclude<Part, { kind: 'text' }> => part.kind !== 'text')
  if (!prompts && found.some(({ kind }) => kind === 'prompt')) return 'A prompt is not available here.'
  const named = found.flatMap((part) => expressionsOf({ parts: [part] }).flatMap((expression) => expression.secrets))
  if (named.length === 0) return null
  if (!secrets) return 'Secrets are only available in the url, headers, query_params and body of an http step.'
  const inPrompt = found.some(
    (part) => part.kind === 'prompt' && expressionsOf(part).some((each) => each.secrets.length > 0),
  )
  return inPrompt ? 'A prompt cannot contain a secret.' : null
}
