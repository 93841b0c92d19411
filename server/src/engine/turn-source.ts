// What is added to a turn before the model is called. Each source, such as an agent's MCP servers, belongs to a room.
import type { FencedPassage } from '@parley/contract'
import { isUnavailable } from '../database/failures.ts'
import type { ActionRunners } from './actions/runner.ts'
import type { CallRun, FoundTurn } from './running-turn.ts'
import type { TurnTool } from './tools/turn-tool.ts'

export interface TurnSource {
  /** For the log, and for the model if it fails. */
  name: string
  /**
   * Has a time limit of its own. If it cannot get something, the turn does not fail: it says so in a
   * notice. Throws the signal's reason when it is aborted.
   */
  prepare(turn: FoundTurn, run: CallRun): Promise<Added & Disposable>
}

export interface Added {
  tools: TurnTool[]
  /** What the model is told, at the end of the system prompt. */
  notices: string[]
  /** Text of others that the model is shown before the turn's messages; absent: none. */
  passages?: FencedPassage[]
}

/** What a room adds to turns; part of its manifest. */
export interface TurnContributions {
  readonly sources?: TurnSource[]
  /** The runs of its actions. */
  readonly actions?: Partial<ActionRunners>
}

/**
 * Side by side. A source that fails adds only a notice for the model; an unavailable database fails the
 * attempt.
 */
export async function prepareSources(
  sources: readonly TurnSource[],
  turn: FoundTurn,
  run: CallRun,
): Promise<Required<Added> & Disposable> {
  const settled = await Promise.allSettled(sources.map((source) => source.prepare(turn, run)))
  const added = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const missing: string[] = []
  const dispose = () => added.forEach((one) => one[Symbol.dispose]())
  for (const [index, result] of settled.entries()) {
    if (result.status === 'fulfilled') continue
    if (run.signal.aborted || isUnavailable(result.reason)) {
      dispose()
      throw run.signal.reason ?? result.reason
    }
    const { name } = sources[index]!
    missing.push(`A part of what you usually have is currently unavailable: ${name}.`)
    run.log.error({ err: result.reason as unknown, source: name }, 'a source of a turn failed')
  }
  return {
    tools: added.flatMap(({ tools }) => tools),
    notices: [...added.flatMap(({ notices }) => notices), ...missing],
    passages: added.flatMap(({ passages = [] }) => passages),
    [Symbol.dispose]: dispose,
  }
}
