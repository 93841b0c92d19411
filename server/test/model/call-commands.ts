// What callers and the model do to a conversation, each as a command that is applied to the model and to the real server.
import assert from 'node:assert/strict'
import type { ConcurrencyRule } from '@parley/contract'
import { Command, type Course, isOwnerLost, readerAfter, stopping } from './command.ts'
import type { EndRequest, MessageRequest, Outcome, ToolName } from './conversation-model.ts'
import { type Call, type Options, type World, until } from './world.ts'

const create = (world: World, user_id: string) => (client: World['server']['client'], options: Options) =>
  client.createConversation({ id: world.conversation_id, channel: 'text', user_id, agent_id: world.agent_id }, options)

/** Also repeated, with the same body or another. */
export class Create extends Command {
  readonly slot: number
  readonly user_id: 'ada' | 'bob'
  constructor(slot: number, user_id: 'ada' | 'bob') {
    super(slot, user_id)
    this.slot = slot
    this.user_id = user_id
  }
  isPossible = (course: Course) => course.hasNode
  async apply(course: Course, world: World): Promise<void> {
    const node = course.pick(this.slot)
    const { status, body } = await world.answered(world.send(node, create(world, this.user_id)))
    course.created ??= body
    if (this.user_id === 'ada') assert.deepEqual({ status, body }, { status: 200, body: course.created })
    else assert.deepEqual([status, body['code']], [409, 'conversation_id_taken'])
    await world.settle(course.conversation, readerAfter(course, node))
  }
}

const sendMessage = (world: World, { text, rule, key, client_id }: MessageRequest, isDefault: boolean) => {
  const { conversation_id } = world
  const fields = {
    ...(key === null ? {} : { idempotency_key: key }),
    ...(client_id === null ? {} : { client_id }),
    ...(isDefault ? {} : { parley_concurrency: rule }),
  }
  return (client: World['server']['client'], options: Options) =>
    client.sendConversationMessage({ conversation_id, text, ...fields }, options)
}

abstract class MessageCommand extends Command {
  isPossible(course: Course): boolean {
    return course.hasNode
  }

  protected async say(course: Course, world: World, nodes: number[], request: MessageRequest, isDefault = false) {
    const is_owner_lost = isOwnerLost(course)
    await stopping(course, world, async () => {
      const calls = nodes.map((node) => world.send(node, sendMessage(world, request, isDefault)))
      const outcomes = nodes.map(() => course.conversation.sendMessage(request))
      // Of two simultaneous calls, either may be the first.
      const told = (outcome: Outcome): Outcome =>
        nodes.length > 1 || !('turn' in outcome) ? { ...outcome, replayed: undefined } : { replayed: false, ...outcome }
      for (const [index, call] of calls.entries()) world.expect(call, told(outcomes[index]!))
      await world.settle(course.conversation, readerAfter(course, nodes[0]!), { is_owner_lost })
    })
  }
}

export class Message extends MessageCommand {
  readonly slot: number
  readonly rule: ConcurrencyRule | 'default'
  readonly hasKey: boolean
  constructor(slot: number, rule: ConcurrencyRule | 'default', hasKey: boolean) {
    super(slot, rule, hasKey)
    this.slot = slot
    this.rule = rule
    this.hasKey = hasKey
  }
  async apply(course: Course, world: World): Promise<void> {
    await this.say(
      course,
      world,
      [course.pick(this.slot)],
      newMessage(course, world, this.rule, this.hasKey),
      this.rule === 'default',
    )
  }
}

/** The same message with the same key, from two nodes at once. */
export class TwinMessage extends MessageCommand {
  readonly slot: number
  readonly rule: 'queue' | 'merge'
  constructor(slot: number, rule: 'queue' | 'merge') {
    super(slot, rule)
    this.slot = slot
    this.rule = rule
  }
  async apply(course: Course, world: World): Promise<void> {
    const nodes = [course.pick(this.slot), course.pick(this.slot + 1)]
    await this.say(course, world, nodes, newMessage(course, world, this.rule, true))
  }
}

function newMessage(course: Course, world: World, rule: ConcurrencyRule | 'default', hasKey: boolean): MessageRequest {
  const number = course.next()
  const name = `s${world.sequence} m${number}`
  const client_id = `0190c000-0000-4000-8000-${String(number).padStart(12, '0')}`
  const request = { text: `Message ${name}`, rule: rule === 'default' ? ('queue' as const) : rule, client_id }
  if (!hasKey) return { ...request, key: null, client_id: null }
  const keyed = { ...request, key: `key ${name}` }
  course.keyed_messages.push(keyed)
  return keyed
}

/** An earlier message's key is used again, with the same text or another, in any state of its first call. */
export class Retry extends MessageCommand {
  readonly slot: number
  readonly which: number
  readonly isSame: boolean
  constructor(slot: number, which: number, isSame: boolean) {
    super(slot, which, isSame)
    this.slot = slot
    this.which = which
    this.isSame = isSame
  }
  override isPossible(course: Course): boolean {
    return course.hasNode && course.keyed_messages.length > 0
  }
  async apply(course: Course, world: World): Promise<void> {
    const earlier = course.keyed_messages.at(this.which % course.keyed_messages.length)!
    const request = this.isSame ? earlier : { ...earlier, text: `${earlier.text}, changed` }
    await this.say(course, world, [course.pick(this.slot)], request)
  }
}

/** An earlier message is sent again by its own id, as if its key were forgotten. */
export class SendAgain extends MessageCommand {
  readonly slot: number
  readonly which: number
  readonly rule: ConcurrencyRule
  constructor(slot: number, which: number, rule: ConcurrencyRule) {
    super(slot, which, rule)
    this.slot = slot
    this.which = which
    this.rule = rule
  }
  override isPossible(course: Course): boolean {
    return course.hasNode && course.keyed_messages.length > 0
  }
  async apply(course: Course, world: World): Promise<void> {
    const earlier = course.keyed_messages.at(this.which % course.keyed_messages.length)!
    await this.say(course, world, [course.pick(this.slot)], { ...earlier, rule: this.rule, key: null })
  }
}

/** The running attempt, on a living node, gets text from its model. */
abstract class ModelCommand extends Command {
  readonly slot: number
  constructor(slot: number, ...words: unknown[]) {
    super(slot, ...words)
    this.slot = slot
  }
  isPossible(course: Course): boolean {
    const { running } = course.conversation
    return running?.attempt === 'alive' && running.pending.length === 0
  }
  protected abstract answer(course: Course, world: World): void | Promise<void>
  async apply(course: Course, world: World): Promise<void> {
    await this.answer(course, world)
    await world.settle(course.conversation, readerAfter(course, this.slot % course.up.length))
  }
}

function say(course: Course, world: World): void {
  const text = `word ${course.next()} `
  world.current.say(text)
  course.conversation.say(text)
}

export class Say extends ModelCommand {
  protected override answer(course: Course, world: World): void {
    say(course, world)
  }
}

export class Finish extends ModelCommand {
  readonly isSilent: boolean
  constructor(slot: number, isSilent: boolean) {
    super(slot, isSilent)
    this.isSilent = isSilent
  }
  protected override answer(course: Course, world: World): void {
    if (!this.isSilent) say(course, world)
    world.current.finish()
    course.conversation.finish()
  }
}

export class Fail extends ModelCommand {
  protected override answer(course: Course, world: World): void {
    world.current.fail()
    course.conversation.fail('model_error')
  }
}

/** The model asks for tools instead, or in addition. */
export class CallTools extends ModelCommand {
  readonly tools: ToolName[]
  constructor(slot: number, tools: ToolName[]) {
    super(slot, tools)
    this.tools = tools
  }
  protected override answer(course: Course, world: World): void {
    const calls = this.tools.map((tool) => ({ tool, call: `call ${course.next()}` }))
    world.current.callTools(calls)
    course.conversation.callTools(calls)
  }
}

/** A tool's server answers one of the waiting calls. */
export class AnswerTool extends ModelCommand {
  readonly which: number
  constructor(slot: number, which: number) {
    super(slot, which)
    this.which = which
  }
  override isPossible({ conversation: { running } }: Course): boolean {
    return running?.attempt === 'alive' && running.pending.length > 0
  }
  protected override async answer(course: Course, world: World): Promise<void> {
    const { reached } = world.node(world.owner)
    const written = reached.get('tool_result.committed') ?? 0
    const { pending } = course.conversation.running!
    const { call } = pending[this.which % pending.length]!
    const word = `word ${course.next()}`
    world.requestOf(call).answer(word)
    course.conversation.answerTool(call, word)
    await until('the result is written', () => (reached.get('tool_result.committed') ?? 0) > written)
  }
}

/** The turn's time is over (T10). */
export class TimeOut extends ModelCommand {
  override isPossible({ conversation }: Course): boolean {
    return conversation.running?.attempt === 'alive'
  }
  protected override async answer(course: Course, world: World): Promise<void> {
    const awaited = world.awaited(course.conversation)
    world.node(world.owner).clock.fire((ms) => ms > 60_000)
    course.conversation.fail('timed_out')
    await until('what it waited for is aborted', () => awaited.every(({ isHungUp }) => isHungUp))
  }
}

export class Cancel extends Command {
  readonly slot: number
  /** Back from the newest. */
  readonly which: number
  readonly hasKey: boolean
  constructor(slot: number, which: number, hasKey: boolean) {
    super(slot, which, hasKey)
    this.slot = slot
    this.which = which
    this.hasKey = hasKey
  }
  isPossible = (course: Course) => course.hasNode && course.conversation.turns.length > 0
  async apply(course: Course, world: World): Promise<void> {
    const { conversation } = course
    const turn = conversation.turns.length - 1 - (this.which % conversation.turns.length)
    const { conversation_id } = world
    const { data } = await world.server.client.listConversationTurns({ conversation_id })
    const input = {
      conversation_id,
      turn_id: data[turn]!.turn_id,
      ...(this.hasKey ? { idempotency_key: `cancel s${world.sequence} ${course.next()}` } : {}),
    }
    const send = (slot: number) => world.send(course.pick(slot), (client, options) => client.cancelTurn(input, options))
    const is_owner_lost = isOwnerLost(course)
    await stopping(course, world, async () => {
      const sent = send(this.slot)
      conversation.cancel(turn)
      const pump = () => is_owner_lost && world.passTextWaits()
      const { status, body } = await world.answered(sent, pump)
      const { status: becomes, outcome, attempts } = conversation.turns[turn]!
      assert.partialDeepStrictEqual({ status, ...body }, { turn_id: input.turn_id, status: becomes, outcome, attempts })
      await world.settle(conversation, readerAfter(course, this.slot % course.up.length))
      if (!this.hasKey) return
      assert.deepEqual(await world.answered(send(this.slot + 1)), { status, body, is_replay: true })
    })
  }
}

abstract class EndCommand extends Command {
  isPossible(course: Course): boolean {
    return course.hasNode
  }
  protected async end(course: Course, world: World, nodes: number[], { mode, reason, key }: EndRequest): Promise<void> {
    const { conversation_id } = world
    const input = { conversation_id, mode, reason, ...(key === null ? {} : { idempotency_key: key }) }
    const is_owner_lost = isOwnerLost(course)
    await stopping(course, world, async () => {
      const calls = nodes.map((node) => world.send(node, (client, options) => client.endConversation(input, options)))
      for (const call of calls) world.expect(call, course.conversation.end({ mode, reason, key }))
      await world.settle(course.conversation, readerAfter(course, nodes[0]!), { is_owner_lost })
    })
  }
}

export class End extends EndCommand {
  readonly slot: number
  readonly mode: 'cut' | 'finish'
  readonly hasKey: boolean
  readonly times: number
  constructor(slot: number, mode: 'cut' | 'finish', hasKey: boolean, times: number) {
    super(slot, mode, hasKey, times)
    this.slot = slot
    this.mode = mode
    this.hasKey = hasKey
    this.times = times
  }
  async apply(course: Course, world: World): Promise<void> {
    const name = `s${world.sequence} e${course.next()}`
    const request = { mode: this.mode, reason: `Reason ${name}`, key: this.hasKey ? `key ${name}` : null }
    if (request.key !== null) course.keyed_ends.push({ ...request, key: request.key })
    const nodes = Array.from({ length: this.times }, (_, index) => course.pick(this.slot + index))
    await this.end(course, world, nodes, request)
  }
}

export class EndAgain extends EndCommand {
  readonly slot: number
  readonly which: number
  readonly isSame: boolean
  constructor(slot: number, which: number, isSame: boolean) {
    super(slot, which, isSame)
    this.slot = slot
    this.which = which
    this.isSame = isSame
  }
  override isPossible(course: Course): boolean {
    return course.hasNode && course.keyed_ends.length > 0
  }
  async apply(course: Course, world: World): Promise<void> {
    const earlier = course.keyed_ends.at(this.which % course.keyed_ends.length)!
    const request = this.isSame ? earlier : { ...earlier, reason: 'Another reason' }
    await this.end(course, world, [course.pick(this.slot)], request)
  }
}

/** The client of a waiting call disconnects (T11). */
export class Leave extends Command {
  readonly which: number
  constructor(which: number) {
    super(which)
    this.which = which
  }
  isPossible = ({ conversation }: Course) => conversation.open.length > 0
  async apply(course: Course, world: World): Promise<void> {
    const present = world.calls.filter(({ isAbandoned }) => !isAbandoned)
    const call: Call | undefined = present.at(this.which % Math.max(1, present.length))
    if (call) {
      call.isAbandoned = true
      call.leave()
    }
    await world.settle(course.conversation, 0)
  }
}
