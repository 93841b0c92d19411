// Every statement of ingestion.
import { testFaults } from './faults.ts'

testFaults(1)
