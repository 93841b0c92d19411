// A step of a sequence: what all commands share, and the state that a sequence keeps.
import type fc from 'fast-check'
import { ConversationModel, type EndRequest, type MessageRequest } from './conversation-model.ts'
import { type World, until } from './world.ts'

/** The model, and the state that the sequence keeps. */
export class Course {
  readonly conversation = new ConversationModel()
  /** Which nodes are up. */
  readonly up: boolean[]
  readonly keyed_messages: (MessageRequest & { key: string })[] = []
  readonly keyed_ends: (EndRequest & { key: string })[] = []
  created: unknown = null
  /** Whether an attempt that was taken over may still be running. */
  has_stale_attempt = false
  #count = 0

  constructor(nodes: number) {
    this.up = Array.from({ length: nodes }, () => true)
  }

  /** Names that were not used before. */
  next(): number {
    return (this.#count += 1)
  }

  get hasNode(): boolean {
    return this.up.includes(true)
  }

  /** The node that a command means, among those that are up. */
  pick(slot: number): number {
    const up = this.up.flatMap((isUp, index) => (isUp ? [index] : []))
    return up[slot % up.length]!
  }
}

/** How often each command has run. */
export const executed = new Map<string, number>()

type AsyncCommand = fc.AsyncCommand<Course, World>

export abstract class Command implements AsyncCommand {
  readonly #words: unknown[]

  constructor(...words: unknown[]) {
    this.#words = words
  }

  abstract isPossible(course: Course): boolean
  abstract apply(course: Course, world: World): Promise<void>

  check(course: Readonly<Course>): boolean {
    return this.isPossible(course as Course)
  }

  async run(course: Course, world: World): Promise<void> {
    executed.set(this.constructor.name, (executed.get(this.constructor.name) ?? 0) + 1)
    await this.apply(course, world)
  }

  toString(): string {
    return `new ${this.constructor.name}(${this.#words.map((word) => JSON.stringify(word)).join(', ')})`
  }
}

/** Any node that is up may be asked; the following one is as good as any. */
export const readerAfter = ({ up }: Course, slot: number) => (slot + 1) % up.length

export const isOwnerLost = ({ conversation: { running } }: Course) => running?.attempt === 'lost'

/** `work` stops the running attempt at once, on whichever node it is. */
export async function stopping(course: Course, world: World, work: () => Promise<void>): Promise<void> {
  const { running } = course.conversation
  const awaited = world.awaited(course.conversation)
  await work()
  if (course.conversation.running === running) return
  await until('what it waited for is aborted', () => awaited.every(({ isHungUp }) => isHungUp))
}
