// One of the seeds, in short; races.long.test.ts has more.
import { testSeeds } from './races.ts'

testSeeds([1], 20)
