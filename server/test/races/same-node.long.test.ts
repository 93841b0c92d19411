// Races on the node that carries the turn out: any two deeds, at each pause point, end as if one had followed the other.
import { testRaces } from './run-table.ts'
import { sameNode } from './table.ts'

testRaces(sameNode)
