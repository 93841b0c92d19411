// What the servers of tests ask of the world: that of the system, where looks come sooner, passwords cost little, nothing is slow or full,
// however busy the machine is, and no patience runs out because the machine pauses.
import { type Gauges, type Ports, systemPorts } from '../../src/base/ports.ts'
import { poll_ms } from '../../src/work/looks.ts'
import { afterSteady, steadyTime } from './steady-time.ts'

/** Between the looks for work that nobody calls for. */
const look_ms = 100

const at_ease: Gauges = {
  loopDelay: () => 0,
  memory: () => ({ used: 0, limit: null }),
  [Symbol.dispose]: () => {},
}

export const testPorts: Ports = {
  ...systemPorts,
  clock: {
    ...systemPorts.clock,
    monotonic: steadyTime,
    after: (ms, call) => afterSteady(ms === poll_ms ? look_ms : ms, call),
  },
  openGauges: () => at_ease,
  password_cost: { ln: 10, r: 8, p: 1 },
}
