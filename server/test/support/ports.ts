// What the servers of tests ask of the world: that of the system, where looks come sooner and passwords cost little.
import { type Ports, systemPorts } from '../../src/base/ports.ts'
import { poll_ms } from '../../src/work/looks.ts'

/** Between the looks for work that nobody calls for. */
const look_ms = 100

export const testPorts: Ports = {
  ...systemPorts,
  clock: {
    ...systemPorts.clock,
    after: (ms, call) => systemPorts.clock.after(ms === poll_ms ? look_ms : ms, call),
  },
  password_cost: { ln: 10, r: 8, p: 1 },
}
