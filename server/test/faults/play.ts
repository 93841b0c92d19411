// Plays a scene of a conversation with a fault in it, lets the server heal, and reports what is wrong then.
import { afterAll, expect } from 'vitest'
import { sql } from '../support/sql.ts'
import type { Fault, PassingStatement, PostgresProxy } from '../support/postgres-proxy.ts'
import { faultsOf } from './faults-of.ts'
import { type LaneOptions, openLanes } from './lanes.ts'
import { Talk, type TalkOptions, settle, until } from './talk.ts'

/** Does something in a conversation, and calls `arm` when the fault may begin. `release` ends the fault. */
export type Play = (talk: Talk, arm: () => Fault) => Promise<unknown>
export type Arm = (proxy: PostgresProxy) => Fault

export interface Played {
  faults: string[]
  /** What the fault hit; null if the play ended before. */
  hit: PassingStatement | null
}

export interface PlayOptions extends TalkOptions {
  /** Whether the fault has lasted long enough. Default: until the play is over. */
  isEnough?: (fault: Fault, talk: Talk) => boolean
}

/** Opens lanes for the file. After its last test every conversation is checked again: nothing may have been added. */
export function openStage(options?: LaneOptions): (play: Play, arm: Arm, options?: PlayOptions) => Promise<Played> {
  const onLane = openLanes(options)
  const played: Talk[] = []
  afterAll(async () => {
    const late: string[] = []
    for (const talk of played) late.push(...(await faultsOf(talk)))
    expect(late).toEqual([])
  })
  return (play, arm, { isEnough, ...talkOptions } = {}) =>
    onLane(async (lane) => {
      const talk = await Talk.begin(lane, talkOptions)
      lane.proxy.statements.length = 0
      lane.server.log.length = 0
      let fault: Fault | undefined
      let healed: Promise<void> | undefined
      const armOnce = () => {
        fault = arm(lane.proxy)
        if (isEnough) healed = heal(fault, () => isEnough(fault!, talk))
        // Its failures are reported once the play is over.
        healed?.catch(() => {})
        return fault
      }
      try {
        using stack = new DisposableStack()
        const hasten = () => stack.use(hastenTakeovers(talk))
        // An attempt that another node has stopped is not lost: that node still has to end the turn.
        const isStoppedElsewhere = lane.nodes.length > 1
        if (!isStoppedElsewhere) hasten()
        await play(talk, armOnce)
        if (isStoppedElsewhere) hasten()
        if (fault!.hits.length > 0) await healed
        fault!.release()
        await settle(talk)
        await untilNoJobs(talk)
        const faults = await faultsOf(talk)
        if (faults.length === 0) played.push(talk)
        return { faults, hit: fault!.hits[0] ?? null }
      } catch (error) {
        return { faults: [error instanceof Error ? error.message : String(error)], hit: fault?.hits[0] ?? null }
      } finally {
        fault?.release()
      }
    })
}

async function heal(fault: Fault, isEnough: () => boolean): Promise<void> {
  await fault.hit
  const isOver = () => fault.isReleased || isEnough()
  await until('the fault to last for long enough', isOver).finally(() => fault.release())
}

/** The rest of a lease passes at once if its attempt no longer runs. */
function hastenTakeovers(talk: Talk): Disposable {
  let lost: number | null = null
  const look = async () => {
    const running = (await talk.turns()).find(({ status }) => status === 'running')
    const lease = talk.textSoFar() === null ? (running?.lease ?? null) : null
    if (lease !== null && lease === lost)
      await sql`update turns set lease_expires_at = now() where lease = ${lease}`.execute(talk.lane.server.database)
    lost = lease
  }
  const timer = setInterval(() => void look().catch(() => {}), 60)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** A summary that is still being written would disturb the lane's next case. */
async function untilNoJobs({ lane }: Talk): Promise<void> {
  const count = sql<{ count: number }>`select count(*) as count from (
    select kind from work union all select kind from work_arrivals) one where kind = 'analyze_conversation'`
  await until('the summary to be written', async () => {
    const { rows } = await count.execute(lane.server.database)
    return rows[0]!.count === 0
  })
}
