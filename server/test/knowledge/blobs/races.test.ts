// One of the seeds; races.long.test.ts has more.
import { testSeeds } from './races.ts'

testSeeds([1])
