// Races between nodes, where nodes make a difference: one side stops an attempt, finishes it or takes it up.
import { testRaces } from './run-table.ts'
import { otherNodes } from './table.ts'

testRaces(otherNodes)
