// What can happen to the nodes of a conversation: death, loss of a lease, takeover, stop, start, a false alarm.
import { halt } from '../../src/engine/remote-halt.ts'
import { Command, type Course, readerAfter } from './command.ts'
import { waits } from './node.ts'
import { type World, until } from './world.ts'

const runsHere = (course: Course, world: World, node: number) =>
  course.conversation.running?.attempt === 'alive' && world.owner === node

/** Before the node looks: it may be done before it reports it. */
function takeOver({ conversation }: Course, world: World): void {
  if (conversation.running?.lease_expired) world.forgetOwner()
  conversation.takeOver()
}

/** A node dies: the one that runs the turn, or another. */
export class Crash extends Command {
  readonly which: number | 'owner'
  constructor(which: number | 'owner') {
    super(which)
    this.which = which
  }
  isPossible = ({ conversation, hasNode }: Course) =>
    hasNode && (this.which !== 'owner' || conversation.running?.attempt === 'alive')
  async apply(course: Course, world: World): Promise<void> {
    const node = this.which === 'owner' ? world.owner : course.pick(this.which)
    const lost = runsHere(course, world, node) ? world.awaited(course.conversation) : []
    if (lost.length > 0) course.conversation.loseAttempt({ gives_back: false })
    course.up[node] = false
    world.kill(node)
    await until('the dead node is silent', () => lost.every(({ isHungUp }) => isHungUp))
    await world.settle(course.conversation, readerAfter(course, node))
  }
}

/** SIGTERM: turns that run on the node are handed over, calls that wait there are answered. */
export class Drain extends Command {
  readonly slot: number
  constructor(slot: number) {
    super(slot)
    this.slot = slot
  }
  isPossible = (course: Course) => course.hasNode
  async apply(course: Course, world: World): Promise<void> {
    const { conversation } = course
    const node = course.pick(this.slot)
    if (runsHere(course, world, node)) conversation.loseAttempt({ gives_back: true })
    course.up[node] = false
    for (const call of world.calls) {
      if (call.node !== node) continue
      const { outcome } = call
      const body =
        'turn' in outcome
          ? { status: 504, code: 'turn_failed', turn: outcome.turn }
          : { status: 503, code: 'unavailable' }
      call.outcome = { ...outcome, answer: body }
    }
    await world.stop(node)
    await world.settle(conversation, readerAfter(course, node))
  }
}

export class Restart extends Command {
  readonly slot: number
  constructor(slot: number) {
    super(slot)
    this.slot = slot
  }
  isPossible = ({ up }: Course) => up.includes(false)
  async apply(course: Course, world: World): Promise<void> {
    const down = course.up.flatMap((isUp, index) => (isUp ? [] : [index]))
    const node = down[this.slot % down.length]!
    await world.setLease(course.conversation)
    takeOver(course, world)
    await world.restart(node)
    course.up[node] = true
    await world.settle(course.conversation, readerAfter(course, node))
  }
}

/** The running turn's lease runs out, and possibly, if the lease is lost, its time too. No node has noticed yet. */
export class Expire extends Command {
  readonly isPastDeadline: boolean
  constructor(isPastDeadline: boolean) {
    super(isPastDeadline)
    this.isPastDeadline = isPastDeadline
  }
  isPossible = ({ conversation: { running } }: Course) =>
    running !== null && (!this.isPastDeadline || running.attempt === 'lost')
  async apply({ conversation }: Course, world: World): Promise<void> {
    const running = conversation.running!
    running.lease_expired = true
    if (this.isPastDeadline) running.past_deadline = true
    await world.setLease(conversation)
    await world.settle(conversation, 0)
  }
}

/** A node renews its leases and takes over abandoned turns. */
export class Maintain extends Command {
  readonly slot: number
  constructor(slot: number) {
    super(slot)
    this.slot = slot
  }
  isPossible = (course: Course) => course.hasNode
  async apply(course: Course, world: World): Promise<void> {
    const { conversation } = course
    const node = course.pick(this.slot)
    await world.setLease(conversation)
    const { running } = conversation
    if (running && runsHere(course, world, node)) {
      running.lease_expired = false
      // A renewal does not give it more time.
    } else {
      takeOver(course, world)
    }
    await world.maintain(node)
    await world.settle(conversation, readerAfter(course, node))
  }
}

/** A node is believed dead but continues: another one takes over its turns. */
export class TakeOver extends Command {
  readonly slot: number
  constructor(slot: number) {
    super(slot)
    this.slot = slot
  }
  isPossible = ({ conversation: { running }, up }: Course) =>
    running?.attempt === 'alive' && up.filter(Boolean).length > 1
  async apply(course: Course, world: World): Promise<void> {
    const { conversation } = course
    const others = world.up.filter((node) => node !== world.owner)
    const node = others[this.slot % others.length]!
    conversation.running!.lease_expired = true
    await world.setLease(conversation)
    takeOver(course, world)
    await world.maintain(node)
    await world.settle(conversation, readerAfter(course, node))
  }
}

/** A node asks for the text of the running turn and never concludes it: the attempt starts again. */
export class HaltForNothing extends Command {
  readonly slot: number
  constructor(slot: number) {
    super(slot)
    this.slot = slot
  }
  isPossible = ({ conversation }: Course) => conversation.running?.attempt === 'alive'
  async apply(course: Course, world: World): Promise<void> {
    const awaited = world.awaited(course.conversation)
    const owner = world.node(world.owner)
    await world.node(course.pick(this.slot)).app.core.live.bus.publish(halt, world.conversation_id)
    await until('what it waited for is aborted', () => awaited.every(({ isHungUp }) => isHungUp))
    course.conversation.restartAttempt()
    owner.clock.fire(waits.lent)
    await world.settle(course.conversation, readerAfter(course, 0))
  }
}

/** Enough time for every attempt that was stopped for another node to start again, if its turn still runs. */
export class PassLent extends Command {
  isPossible = (course: Course) => course.hasNode
  async apply(course: Course, world: World): Promise<void> {
    for (const node of course.up.keys()) if (course.up[node]) world.node(node).clock.fire(waits.lent)
    await world.settle(course.conversation, readerAfter(course, 0))
  }
}

/** An attempt that was taken over continues, with a reply or with tool calls: none of it counts (T6). */
export class AnswerStale extends Command {
  readonly how: 'reply' | 'tools'
  constructor(how: 'reply' | 'tools') {
    super(how)
    this.how = how
  }
  isPossible = ({ conversation }: Course) => conversation.turns.some(({ attempts }) => attempts > 1)
  async apply(course: Course, world: World): Promise<void> {
    const live = new Set<object>(world.awaited(course.conversation))
    for (const call of world.model.calls) {
      if (!call.isOpen || live.has(call)) continue
      call.say(`stale ${course.next()}`)
      if (this.how === 'reply') call.finish()
      else call.callTools([{ tool: 'once', call: 'stale' }])
    }
    for (const request of world.tools.requests) if (request.isOpen && !live.has(request)) request.answer('stale')
    await world.settle(course.conversation, readerAfter(course, 0))
  }
}
