// Finds many strings in a text at once: an Aho–Corasick automaton whose states are created when a text first reaches them. Strings
// that no text resembles cost only their place in a sorted list; a text costs a few steps per character, however much of a string
// it repeats. Pure.

export interface Pattern {
  /** At least `gram_length` characters. */
  text: string
  /** The owner of the pattern; of several in one place the lowest counts. */
  owner: number
}

/** The remaining budget of a search: steps of the automaton, including new states. */
export interface Budget {
  steps: number
}

/** The search was abandoned without a result. */
export class BudgetSpent extends Error {}

/** No pattern is shorter. */
export const gram_length = 4
const gram_mask = 0xffff

/** Maximum states of one search, 32 bytes each. */
const max_states = 1 << 20
/** Maximum states that are kept for the next search. */
const max_kept_states = 1 << 16

const no_owner = 0x7fffffff
const root = 0

/** The fields of a state, which are adjacent in one array. */
const size = 8
const parent_field = 0
const unit_field = 1
/** The range of patterns that begin with the state, from the first to before the second. */
const low_field = 2
const high_field = 3
const depth_field = 4
/** The longest other state that is a suffix of this one. */
const fail_field = 5
/** The longest pattern that is a suffix of the state, as a state; and the next one whose owner is lower than all before it. */
const output_field = 6
const next_field = 7

export class Matcher {
  private readonly patterns: readonly Pattern[]
  /** The grams that patterns begin with, by their hashes. */
  private readonly begins = new Uint8Array(gram_mask + 1)
  private states = new Int32Array(size)
  private count = 1
  /** States by parent and character, with open addressing, at most half full. */
  private table = new Int32Array(2)

  constructor(patterns: readonly Pattern[]) {
    this.patterns = sortPatterns(patterns)
    for (const { text } of this.patterns) {
      let gram = 0
      for (let at = 0; at < gram_length; at += 1) gram = roll(gram, text.charCodeAt(at))
      this.begins[gram] = 1
    }
    this.clear()
  }

  /** Reports each place where patterns end, in order, with the state that identifies them. Throws `BudgetSpent`. */
  search(text: string, budget: Budget, onEnd: (end: number, output: number) => void): void {
    if (this.count > max_kept_states) this.clear()
    try {
      this.walk(text, budget, onEnd)
    } catch (error) {
      // The search was interrupted, so some states may not have their failure link yet.
      this.clear()
      throw error
    }
  }

  private walk(text: string, budget: Budget, onEnd: (end: number, output: number) => void): void {
    spend(budget, text.length)
    let state = root
    let gram = 0
    for (let at = 0; at < gram_length - 1; at += 1) gram = roll(gram, text.charCodeAt(at))
    for (let at = 0; at < text.length; at += 1) {
      gram = roll(gram, text.charCodeAt(at + gram_length - 1))
      if (state === root && this.begins[gram] === 0) continue
      state = this.follow(state, text.charCodeAt(at), budget)
      const output = this.states[state * size + output_field]!
      if (output !== root) onEnd(at + 1, output)
    }
  }

  /** The length of the longest proper prefix of a pattern with which the text ends. For bounded texts and patterns. */
  lengthAtEnd(text: string): number {
    if (this.count > max_kept_states) this.clear()
    const budget = { steps: Number.POSITIVE_INFINITY }
    let state = root
    for (let at = 0; at < text.length; at += 1) state = this.follow(state, text.charCodeAt(at), budget)
    // A whole pattern may not be the prefix of a longer one.
    while (state !== root && this.isLeaf(state)) state = this.states[state * size + fail_field]!
    return this.states[state * size + depth_field]!
  }

  /** The lowest owner of all patterns that end at this state. */
  lowestOwner(output: number): number {
    let lowest = no_owner
    for (let at = output; at !== root; at = this.nextOutput(at)) lowest = this.ownerOf(at)
    return lowest
  }

  ownerOf(output: number): number {
    return this.patterns[this.states[output * size + low_field]!]!.owner
  }

  lengthOf(output: number): number {
    return this.states[output * size + depth_field]!
  }

  /** The next shorter pattern with a lower owner; 0: none. */
  nextOutput(output: number): number {
    return this.states[output * size + next_field]!
  }

  private follow(from: number, unit: number, budget: Budget): number {
    for (let state = from; ; state = this.states[state * size + fail_field]!) {
      spend(budget, 1)
      const child = this.find(state, unit) || this.make(state, unit, budget)
      if (child !== root || state === root) return child
    }
  }

  /** 0: not created yet, or impossible. */
  private find(parent: number, unit: number): number {
    const { states, table } = this
    const mask = table.length - 1
    for (let slot = hash(parent, unit) & mask; ; slot = (slot + 1) & mask) {
      const state = table[slot]!
      if (state === 0) return 0
      const at = state * size
      if (states[at + parent_field] === parent && states[at + unit_field] === unit) return state
    }
  }

  /** Creates the state and all its suffix states, so that each has its failure link; 0: no pattern continues like this. */
  private make(from: number, unit: number, budget: Budget): number {
    const made: number[] = []
    let longest_known = root
    for (let parent = from; ; parent = this.states[parent * size + fail_field]!) {
      spend(budget, 1)
      longest_known = made.length === 0 ? root : this.find(parent, unit)
      if (longest_known !== root) break
      const state = this.add(parent, unit)
      if (state !== root) made.push(state)
      else if (made.length === 0) return root
      if (parent === root) break
    }
    let fail = longest_known
    for (const state of made.toReversed()) {
      this.link(state, fail)
      fail = state
    }
    return made[0]!
  }

  private add(parent: number, unit: number): number {
    const at = parent * size
    const depth = this.states[at + depth_field]!
    const end = this.states[at + high_field]!
    // A pattern that ends here is the first of them.
    const start = this.states[at + low_field]! + (this.isPattern(parent) ? 1 : 0)
    const low = this.firstFrom(start, end, depth, unit)
    const high = this.firstFrom(low, end, depth, unit + 1)
    if (low === high) return root
    if (this.count >= max_states) throw new BudgetSpent()
    const state = this.count
    this.grow()
    this.states.set([parent, unit, low, high, depth + 1], state * size)
    this.enter(state)
    return state
  }

  /** Among sorted patterns with the same prefix, the first whose next character is `unit` or greater. */
  private firstFrom(start: number, end: number, depth: number, unit: number): number {
    let [low, high] = [start, end]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.patterns[middle]!.text.charCodeAt(depth) < unit) low = middle + 1
      else high = middle
    }
    return low
  }

  private link(state: number, fail: number): void {
    const at = state * size
    let output = this.states[fail * size + output_field]!
    if (this.isPattern(state)) {
      const owner = this.ownerOf(state)
      while (output !== root && this.ownerOf(output) >= owner) output = this.nextOutput(output)
      this.states[at + next_field] = output
      output = state
    }
    this.states[at + fail_field] = fail
    this.states[at + output_field] = output
  }

  private isPattern(state: number): boolean {
    const at = state * size
    const depth = this.states[at + depth_field]!
    return this.patterns[this.states[at + low_field]!]?.text.length === depth
  }

  private isLeaf(state: number): boolean {
    const at = state * size
    const following = this.states[at + high_field]! - this.states[at + low_field]!
    return following === 1 && this.isPattern(state)
  }

  private grow(): void {
    this.count += 1
    if (this.count * size > this.states.length) {
      const states = new Int32Array(this.states.length * 2)
      states.set(this.states)
      this.states = states
    }
    if (this.count * 2 <= this.table.length) return
    this.table = new Int32Array(this.table.length * 2)
    for (let state = 1; state < this.count - 1; state += 1) this.enter(state)
  }

  private enter(state: number): void {
    const mask = this.table.length - 1
    const at = state * size
    let slot = hash(this.states[at + parent_field]!, this.states[at + unit_field]!) & mask
    while (this.table[slot] !== 0) slot = (slot + 1) & mask
    this.table[slot] = state
  }

  private clear(): void {
    this.states = new Int32Array(64 * size)
    this.states[root + high_field] = this.patterns.length
    this.table = new Int32Array(128)
    this.count = 1
  }
}

/** Sorted by characters, each text once. */
function sortPatterns(patterns: readonly Pattern[]): Pattern[] {
  const sorted = patterns.toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.owner - b.owner))
  return sorted.filter(({ text }, at) => text !== sorted[at - 1]?.text)
}

/** Throws `BudgetSpent` if the budget does not suffice. */
export function spend(budget: Budget, steps: number): void {
  budget.steps -= steps
  if (budget.steps < 0) throw new BudgetSpent()
}

/** The rolling hash of the last `gram_length` characters. A text has no characters beyond its end. */
function roll(gram: number, unit: number): number {
  return ((gram << 4) ^ unit) & gram_mask
}

function hash(parent: number, unit: number): number {
  const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}
