// A part of the statements; faults.long.test.ts has all of them.
import { testFaults } from './faults.ts'

testFaults(12)
