// What the servers of tests ask of the world: that of the system, where looks come sooner, passwords cost little, and no patience runs out
// because the machine pauses.
import { type Ports, systemPorts } from '../../src/base/ports.ts'
import { lent_ms } from '../../src/engine/remote-halt.ts'
import { poll_ms } from '../../src/work/looks.ts'
import { afterSteady, steadyTime } from './steady-time.ts'

/** Between the looks for work that nobody calls for. */
const look_ms = 100

export const testPorts: Ports = {
  ...systemPorts,
  clock: {
    ...systemPorts.clock,
    monotonic: steadyTime,
    after: (ms, call) => afterSteady(ms === poll_ms ? look_ms : ms, call),
  },
  password_cost: { ln: 10, r: 8, p: 1 },
}

const longest_lent_ms = 60_000

/** Of a node that waits long for what it asks of another one, such as the text of a turn, and that stops its own turn as long for it. */
export const patientPorts: Partial<Ports> = {
  clock: {
    ...testPorts.clock,
    monotonic: () => steadyTime() / 20,
    after: (ms, call) => testPorts.clock.after(ms === lent_ms ? longest_lent_ms : ms, call),
  },
}
