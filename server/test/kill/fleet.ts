// The nodes of a run: each lives until its mission is over, and is replaced by the next.
import { setTimeout as pass } from 'node:timers/promises'
import { type KillNode, startKillNode } from './child.ts'
import type { Mission } from './plan.ts'
import type { Violation } from './records.ts'
import type { Takeovers } from './takeovers.ts'

/** How long a node that serves waits to reach its point; then another one tries. */
const mission_ms = 40_000
const max_tries = 4
const start_ms = 60_000
const most_logged = 4000

export interface Fleet {
  /** Of the nodes that serve. */
  readonly urls: string[]
  /** How often nodes died at each point. */
  readonly deaths: ReadonlyMap<string, number>
  readonly killed: number
  /** Numbers of the nodes that were stopped for a while. */
  readonly paused: ReadonlySet<number>
  /** When, by the clock of the machine. */
  readonly stops: readonly { from: number; to: number }[]
  readonly violations: readonly Violation[]
  /** What its nodes have logged last. */
  readonly log: string
  /** Keeps this many nodes dying until every mission is over. */
  run(missions: Mission[], nodes: number, onKill: (killed: number) => void): Promise<void>
  /** Starts one that lives until `stop`, which also ends the remaining nodes. */
  startSurvivor(): Promise<void>
  stop(): Promise<void>
}

interface Task {
  mission: Mission
  tries: number
}

/** Of each node, by its number: what is the same for all, or with something that tells it from the others. */
export type EnvironmentOf = (node: number) => Record<string, string>

export function createFleet(
  environmentOf: EnvironmentOf,
  takeovers: Pick<Takeovers, 'died' | 'revived'>,
  giveUpAt: number,
): Fleet {
  const nodes = new Map<KillNode, { url: string }>()
  const alive = new Set<KillNode>()
  const survivors: KillNode[] = []
  const deaths = new Map<string, number>()
  const violations: Violation[] = []
  const paused = new Set<number>()
  const stops: { from: number; to: number }[] = []
  const started: KillNode[] = []
  let killed = 0

  function start(mission: Mission | null): KillNode {
    const strike = mission?.kind === 'point' ? { ...mission, signal: 'SIGKILL' as const } : null
    const node = startKillNode(environmentOf(started.length + 1), strike)
    alive.add(node)
    started.push(node)
    void node.exited.then(() => alive.delete(node))
    node.ready.then(
      ({ url }) => nodes.set(node, { url }),
      () => {},
    )
    return node
  }

  /** By itself, or killed when its time is over. Returns the point that it died at. */
  async function bury(node: KillNode, mission: Mission, isLate: Promise<unknown>): Promise<string | null> {
    const first = await Promise.race([node.exited, isLate.then(() => 'late' as const)])
    if (first === 'late') node.kill('SIGKILL')
    const ended = await node.exited
    takeovers.died(node.ids)
    nodes.delete(node)
    if (ended !== 'SIGKILL') violations.push({ kind: 'fault', what: `a node ended with ${ended}: ${node.errors}` })
    killed += 1
    return first !== 'late' && mission.kind === 'point' ? mission.point : null
  }

  async function carryOut({ mission, tries }: Task): Promise<Task | null> {
    const node = start(mission)
    const over = new AbortController()
    const after = (ms: number) => pass(ms, undefined, { signal: over.signal }).catch(() => {})
    try {
      switch (mission.kind) {
        case 'point': {
          const isUp = Promise.race([node.ready.catch(() => {}), after(start_ms)])
          const point = await bury(
            node,
            mission,
            isUp.then(() => after(mission_ms)),
          )
          if (point === null) return { mission: { ...mission, nth: 1 }, tries: tries + 1 }
          deaths.set(point, (deaths.get(point) ?? 0) + 1)
          return null
        }
        case 'chance':
          await bury(node, mission, after(mission.after_ms))
          return null
        case 'pause': {
          await node.ready
          await after(mission.after_ms)
          const stop = { from: Date.now(), to: Infinity }
          stops.push(stop)
          node.kill('SIGSTOP')
          nodes.delete(node)
          takeovers.died(node.ids)
          paused.add(started.indexOf(node) + 1)
          await after(mission.for_ms)
          takeovers.revived(node.ids)
          node.kill('SIGCONT')
          stop.to = Date.now()
          nodes.set(node, await node.ready)
          await bury(node, mission, after(mission.then_ms))
          return null
        }
      }
    } finally {
      over.abort()
    }
  }

  async function runSlot(tasks: Task[], onKill: (killed: number) => void): Promise<void> {
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      if (performance.now() > giveUpAt) {
        violations.push({ kind: 'unreached', what: `the time is over, and ${tasks.length + 1} nodes have not died` })
        return void (tasks.length = 0)
      }
      const again = await carryOut(task)
      onKill(killed)
      if (again && again.tries < max_tries) tasks.push(again)
      else if (again) violations.push({ kind: 'unreached', what: JSON.stringify(task.mission) })
    }
  }

  return {
    get urls() {
      return [...nodes.values()].map(({ url }) => url)
    },
    deaths,
    violations,
    get killed() {
      return killed
    },
    paused,
    stops,
    get log() {
      return started
        .map(({ errors }) => errors)
        .join('')
        .slice(-most_logged)
    },
    async run(missions, slots, onKill) {
      const tasks = missions.map((mission) => ({ mission, tries: 0 }))
      await Promise.all(Array.from({ length: slots }, () => runSlot(tasks, onKill)))
    },
    async startSurvivor() {
      const node = start(null)
      survivors.push(node)
      const isLate = pass(start_ms, 'late' as const, { ref: false })
      if ((await Promise.race([node.ready, isLate])) === 'late') throw new Error(`no node is ready: ${node.errors}`)
    },
    async stop() {
      // After a run that failed.
      for (const node of alive) if (!survivors.includes(node)) node.kill('SIGKILL')
      for (const node of survivors.splice(0)) {
        node.kill('SIGTERM')
        const ended = await node.exited
        nodes.delete(node)
        if (ended !== 0) violations.push({ kind: 'fault', what: `a node ended with ${ended}: ${node.errors}` })
      }
    },
  }
}
