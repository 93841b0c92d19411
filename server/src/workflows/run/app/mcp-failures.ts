// What failures of MCP servers mean for a step, and whether another attempt may help.
import { type McpFailure, explain } from '../../../engine/mcp/failure.ts'
import type { McpPeer } from '../../../engine/mcp/peer.ts'
import { outputOf } from '../../../engine/mcp/result.ts'
import { isTransient } from '../../rules/retry-after.ts'
import { type FailureCause, StepFailure } from '../failure.ts'
import { causeOf, outboundFailure } from '../send-request.ts'

/** A token that may have run out: another one may help. */
export class RefusedToken extends StepFailure {
  readonly token: string

  constructor(token: string) {
    super('app_failed', 'The server answered 401.')
    this.token = token
  }
}

export function causeOfFailure({ status, outbound, isRefusal }: McpFailure): FailureCause {
  if (status !== null) return isTransient(status) ? 'transient' : 'permanent'
  if (isRefusal) return 'permanent'
  return outbound === null ? 'unclear' : causeOf(outbound)
}

export const tooLarge = (bytes: number) =>
  new StepFailure('response_too_large', `The answer has more than ${bytes} bytes.`)

export function failureOf(
  failure: McpFailure,
  { redactor, token }: Pick<McpPeer, 'redactor'> & { token: string | null },
  cause: FailureCause,
): StepFailure {
  const { outbound, status } = failure
  if (status === 401 && token !== null) return new RefusedToken(token)
  if (outbound?.kind === 'refused_address' || outbound?.kind === 'refused_redirect') {
    return outboundFailure(outbound, 'app_failed', redactor)
  }
  return new StepFailure('app_failed', explain(failure, redactor), cause)
}

/** What a tool says of its failure. */
export function toldByTool(
  result: Parameters<typeof outputOf>[0],
  { redactor }: Pick<McpPeer, 'redactor'>,
): StepFailure {
  const output = outputOf(result, redactor)
  const text = typeof output === 'string' ? output : JSON.stringify(output)
  return new StepFailure('app_failed', text.trim() === '' ? 'The tool failed and gave no reason.' : text)
}
