// Saves a draft by itself: after a pause, one save at a time, each with the revision that the one before it has made. It never overwrites
// what someone else has saved.
import type { WorkflowVersion } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import type { Definition } from '../definition/definition.ts'
import { isSame } from '../definition/differences.ts'
import type { Told } from '../definition/faults.ts'

/** Long enough for a word, short enough that little is lost with a tab. */
const pause_ms = 700
/** While the server cannot be reached. */
const again_ms = 5000

export type Saving =
  | { outcome: 'saved'; version: WorkflowVersion; sent: Definition }
  | { outcome: 'refused'; told: readonly Told[]; sent: Definition }
  /** Someone else was faster. */
  | { outcome: 'overtaken'; theirs: WorkflowVersion }
  /** It is no draft any more. */
  | { outcome: 'lost' }
  | { outcome: 'failed'; error: unknown }

export interface SaverWays {
  send: (definition: Definition, revision: number) => Promise<WorkflowVersion>
  read: () => Promise<WorkflowVersion>
  tell: (saving: Saving) => void
  /** That a save has begun. */
  begin: () => void
}

export class DraftSaver {
  readonly #ways: SaverWays
  #wanted: Definition
  #saved: Definition
  #revision: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<boolean> | null = null
  /** After the draft was overtaken or lost, nothing is sent until it is replaced. */
  #isHeld = false
  /** What was sent without an answer, and may have been stored. */
  #doubtful: Definition | null = null

  constructor(definition: Definition, revision: number, ways: SaverWays) {
    this.#wanted = definition
    this.#saved = definition
    this.#revision = revision
    this.#ways = ways
  }

  want(definition: Definition): void {
    this.#wanted = definition
    if (definition !== this.#saved) this.#later(pause_ms)
  }

  /** What is stored now, and what has to be stored. */
  replace(saved: Definition, revision: number, wanted: Definition): void {
    this.#saved = saved
    this.#revision = revision
    this.#isHeld = false
    this.want(wanted)
  }

  /** Resolves to whether everything is stored. */
  async flush(): Promise<boolean> {
    clearTimeout(this.#timer)
    for (;;) {
      if (this.#running) await this.#running
      if (this.#wanted === this.#saved) return true
      if (this.#isHeld || !(await this.#save())) return false
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#isHeld = true
  }

  #later(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), ms)
  }

  #save(): Promise<boolean> {
    this.#running ??= this.#send(this.#wanted).finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #send(sent: Definition): Promise<boolean> {
    this.#ways.begin()
    try {
      return this.#know(await this.#ways.send(sent, this.#revision), sent)
    } catch (error) {
      return this.#judge(error, sent).catch((failure: unknown) => this.#fail(failure))
    }
  }

  #know(version: WorkflowVersion, sent: Definition): true {
    this.#saved = sent
    this.#revision = version.revision
    this.#doubtful = null
    this.#ways.tell({ outcome: 'saved', version, sent })
    return true
  }

  #fail(error: unknown): false {
    this.#later(again_ms)
    this.#ways.tell({ outcome: 'failed', error })
    return false
  }

  async #judge(error: unknown, sent: Definition): Promise<boolean> {
    if (!(error instanceof ApiError) || error.status >= 500 || error.status === 429) {
      this.#doubtful = sent
      return this.#fail(error)
    }
    if (error.code === 'revision_mismatch') return this.#meet(await this.#ways.read())
    const isLost = error.code === 'version_published' || error.status === 404
    this.#isHeld = isLost
    if (error.status === 422) this.#ways.tell({ outcome: 'refused', told: error.errors, sent })
    else this.#ways.tell(isLost ? { outcome: 'lost' } : { outcome: 'failed', error })
    return false
  }

  #meet(theirs: WorkflowVersion): boolean {
    const doubtful = this.#doubtful
    if (doubtful && isSame(theirs.definition, doubtful)) return this.#know(theirs, doubtful)
    this.#isHeld = true
    this.#ways.tell({ outcome: 'overtaken', theirs })
    return false
  }
}
