// A part of the races; races.long.test.ts has all of them.
import { testRaces } from './races.ts'

const short = /^(another file|its dataset is deleted|its source is deleted)/

testRaces(['knowledge.switching'], ['knowledge.embedding'], (title) => short.test(title))
