// Passes results that ended on this node to local waiters, so that they do not have to read what was just written. Correctness never
// depends on it: waiters also look by themselves.

export interface LocalResults<Result> {
  /** Expects a result until the returned value is disposed of. */
  expect(id: string): Expectation<Result>
  tell(id: string, result: Result): void
}

export interface Expectation<Result> extends Disposable {
  /** Null until there is a result. */
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
