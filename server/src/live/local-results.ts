// Hands what has just ended on this node to those who wait for it here, so that they need not read what was just written.
// Correctness never depends on it: a waiter also looks for itself.

export interface LocalResults<Result> {
  /** Until the answer is disposed of. */
  expect(id: string): Expectation<Result>
  tell(id: string, result: Result): void
}

export interface Expectation<Result> extends Disposable {
  /** Null as long as nothing was told. */
  readonly result: Result | null
}

export function createLocalResults<Result>(): LocalResults<Result> {
  const expected = new Map<string, Set<(result: Result) => void>>()
  return {
    expect(id) {
      let told: Result | null = null
      const hear = (result: Result) => void (told = result)
      const group = expected.get(id) ?? new Set()
      expected.set(id, group.add(hear))
      return {
        get result() {
          return told
        },
        [Symbol.dispose]() {
          group.delete(hear)
          if (group.size === 0 && expected.get(id) === group) expected.delete(id)
        },
      }
    },
    tell(id, result) {
      for (const hear of expected.get(id) ?? []) hear(result)
    },
  }
}
