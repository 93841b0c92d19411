// Holds a server at a pause point until the test releases it.

export interface HoldPoints {
  /** For the ports of the server. */
  reached(point: string): Promise<void>
  /** The next one that reaches the point waits there. */
  holdAt(point: string): { reached: Promise<void>; release: () => void }
}

export function createHoldPoints(): HoldPoints {
  const held = new Map<string, { reached: () => void; released: Promise<void> }>()
  return {
    async reached(point) {
      const hold = held.get(point)
      if (!hold) return
      held.delete(point)
      hold.reached()
      await hold.released
    },
    holdAt(point) {
      const at = Promise.withResolvers<void>()
      const gate = Promise.withResolvers<void>()
      held.set(point, { reached: at.resolve, released: gate.promise })
      return { reached: at.promise, release: gate.resolve }
    },
  }
}
