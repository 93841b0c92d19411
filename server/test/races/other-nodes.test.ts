// Races between nodes, where nodes make a difference: one side stops an attempt, finishes it or takes it up.
// A sample of them: other-nodes.long.test.ts has all.
import { testRaces } from './run-table.ts'
import { otherNodes, sampleOf } from './table.ts'

testRaces(sampleOf(otherNodes))
