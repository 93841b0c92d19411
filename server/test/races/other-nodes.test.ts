// Races between nodes in which the node matters: one side stops an attempt, finishes it or takes it over.
// A sample of them: other-nodes.long.test.ts has all.
import { testRaces } from './run-table.ts'
import { otherNodes, sampleOf } from './table.ts'

testRaces(sampleOf(otherNodes))
