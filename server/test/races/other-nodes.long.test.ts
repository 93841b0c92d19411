// Races between nodes in which the node matters: one side stops an attempt, finishes it or takes it over.
import { testRaces } from './run-table.ts'
import { otherNodes } from './table.ts'

testRaces(otherNodes)
