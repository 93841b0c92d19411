// What the quiet organization notices of each attack by itself: measured in turn alone and beside it, so that a machine that becomes
// slower affects both.
import { setTimeout as pass } from 'node:timers/promises'
import { type QuietFigures, type RunOptions, callFor, startRun } from './driver.ts'
import { startAttackers } from './processes.ts'
import type { Outcomes } from './target.ts'

export interface EachOptions extends Pick<RunOptions, 'connection_string' | 'data_dir' | 'clients' | 'onProgress'> {
  /** Their names. */
  attacks: string[]
  rounds: number
  /** Of each measurement. */
  seconds: number
  /** Of each answer, as of a real model. */
  model_ms: number
}

export interface Compared {
  attack: string
  alone: QuietFigures[]
  beside: QuietFigures[]
  /** Of all rounds. */
  outcomes: Outcomes
}

/** Below the limits of all its credentials, so that there is enough to measure. */
const pace_ms = 125
const patience_ms = 30_000
/** Until an attack is under way, and until the server has done what it has accepted of it. */
const settle_ms = 1500

export async function runEach(options: EachOptions): Promise<Compared[]> {
  const { rounds, seconds, clients, onProgress = () => {} } = options
  await using stack = new AsyncDisposableStack()
  const { target, quiet } = await startRun(options, stack)
  const measure = () => callFor(quiet, { ms: seconds * 1000, patience_ms, pace_ms })
  await measure()
  const compared = options.attacks.map((attack): Compared => ({ attack, alone: [], beside: [], outcomes: {} }))
  for (let round = 0; round < rounds; round += 1) {
    for (const { attack, alone, beside, outcomes } of compared) {
      onProgress(`round ${round + 1}: ${attack}`)
      alone.push(await measure())
      await using attackers = startAttackers({ target, clients, crowd: 1, only: [attack] })
      await pass(settle_ms)
      beside.push(await measure())
      for (const [outcome, times] of Object.entries((await attackers.stop())[attack]!)) {
        outcomes[outcome] = (outcomes[outcome] ?? 0) + times
      }
      await pass(settle_ms)
    }
  }
  return compared
}
