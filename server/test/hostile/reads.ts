// Reads of very large data: one organization's end user or key requests it many times at once, beside a quiet one.
import { expect } from 'vitest'
import type { Scene } from './scene.ts'

const MiB = 1024 * 1024
const at_once = 24

export const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))

interface Answer {
  status: number
  bytes: number
}

/** Reads to the end and keeps nothing. */
async function measure(scene: Scene, path: string, token: string): Promise<Answer> {
  const response = await fetch(new URL(path, scene.server.url), { headers: { authorization: `Bearer ${token}` } })
  let bytes = 0
  for await (const piece of response.body!) bytes += piece.byteLength
  return { status: response.status, bytes }
}

/** With the maximum of memory in use meanwhile, above what was used before. */
export async function attack(scene: Scene, path: string, token: string) {
  const before = inUse()
  let most = before
  const timer = setInterval(() => (most = Math.max(most, inUse())), 5)
  let answers: Answer[] = []
  const seen = await scene.duringAttack(async () => {
    answers = await Promise.all(times(at_once, () => measure(scene, path, token)))
  })
  clearInterval(timer)
  return { answers, seen, grown: most - before }
}

function inUse(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

export const expectBounded = ({ answers, seen, grown }: Awaited<ReturnType<typeof attack>>) => {
  expect(answers).toHaveLength(at_once)
  // On a busy machine some wait for their place in vain: a refusal is bounded too.
  for (const { status, bytes } of answers) {
    expect([200, 503]).toContain(status)
    expect(bytes).toBeLessThan(6 * MiB)
  }
  expect(answers.map(({ status }) => status)).toContain(200)
  expect(seen.failures).toEqual([])
  expect(grown).toBeLessThan(600 * MiB)
}

/** 7 bytes of a request that the database prints as 326. */
export const tiny = (count: number) => ({ notes: times(count, () => 5e-324) })
