// Races on the node that carries the turn out: any two deeds, at each pause point, end as if one had followed the other.
// A sample of them: same-node.long.test.ts has all.
import { testRaces } from './run-table.ts'
import { sameNode, sampleOf } from './table.ts'

testRaces(sampleOf(sameNode))
