import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemPorts } from './ports.ts'

test('a process measures how late its event loop is, since it was last asked, and its memory', async () => {
  let looks = 0
  using gauges = systemPorts.openGauges(() => void (looks += 1))
  await delay(30)
  gauges.loopDelay()
  const until = performance.now() + 400
  while (performance.now() < until);
  await delay(30)
  // One look was 380 ms late; a few others may have been in time.
  expect(gauges.loopDelay()).toBeGreaterThan(20)
  await expect.poll(() => looks).toBeGreaterThan(0)
  const { used, limit } = gauges.memory()
  expect(used).toBeGreaterThan(10_000_000)
  if (limit !== null) expect(limit).toBeGreaterThan(used)
})
