// Every statement.
import { testFaults } from './faults.ts'

testFaults({ every: 1, at_once: 8 })
