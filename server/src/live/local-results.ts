// What has just ended on this node, for those who wait for it here: they need not read what was just written. Nothing rests on it;
// whoever waits looks by himself too.

export interface Endings<Ending> {
  /** Until the answer is disposed of. */
  expect(id: string): Expectation<Ending>
  tell(id: string, ending: Ending): void
}

export interface Expectation<Ending> extends Disposable {
  /** Null as long as nothing was told. */
  readonly ending: Ending | null
}

export function createEndings<Ending>(): Endings<Ending> {
  const expected = new Map<string, Set<(ending: Ending) => void>>()
  return {
    expect(id) {
      let told: Ending | null = null
      const hear = (ending: Ending) => void (told = ending)
      const group = expected.get(id) ?? new Set()
      expected.set(id, group.add(hear))
      return {
        get ending() {
          return told
        },
        [Symbol.dispose]() {
          group.delete(hear)
          if (group.size === 0 && expected.get(id) === group) expected.delete(id)
        },
      }
    },
    tell(id, ending) {
      for (const hear of expected.get(id) ?? []) hear(ending)
    },
  }
}
