// What the nodes of a test ask of the world if they ask each other.
import type { Ports } from '../../src/base/ports.ts'
import { lent_ms } from '../../src/engine/remote-halt.ts'
import { testPorts } from './ports.ts'
import { steadyTime } from './steady-time.ts'

const longest_lent_ms = 60_000

/** Of a node that waits long for what it asks of another one, such as the text of a turn, and that stops its own turn as long for it. */
export const patientPorts: Partial<Ports> = {
  clock: {
    ...testPorts.clock,
    monotonic: () => steadyTime() / 20,
    after: (ms, call) => testPorts.clock.after(ms === lent_ms ? longest_lent_ms : ms, call),
  },
}
