// Each pair of what can happen to an execution, the first held at each of its pause points.
import { races, testRaces } from './races.ts'

testRaces(races)
