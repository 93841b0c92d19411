// A part of the races; races.long.test.ts has all of them.
import { testRaces } from './races.ts'

testRaces(['knowledge.switching'], ['knowledge.embedding'])
